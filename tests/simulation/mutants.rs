//! The tests of the tests: each rule is broken on purpose, and the histories must notice. `RULE=NoFerry` runs one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use allymap_document::Broken as DocumentRule;
use allymap_relay::Broken as RelayRule;
use allymap_replica::Broken as ReplicaRule;

use crate::budget::Budget;
use crate::careless::Careless;
use crate::history::{Failure, run};
use crate::plan::{Shape, has_wide_budget, only_backups, plan};
use crate::shrink::{shrink, source};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Replica(ReplicaRule),
    Relay(RelayRule),
    Driver(Careless),
    /// A device that was restored from a backup goes on under its old Automerge actor.
    RestoredDeviceKeepsItsActor,
    /// Somebody is told that an edit is kept before it is durable.
    TellsBeforeItIsDurable,
}

fn rules() -> Vec<Rule> {
    let replica = [
        ReplicaRule::ForgetWhatWasSent,
        ReplicaRule::AcknowledgementIsFinal,
        ReplicaRule::ListUnanswered,
        ReplicaRule::NoHighest,
        ReplicaRule::NoSignature,
        ReplicaRule::NoRoster,
        ReplicaRule::AnyActor,
        ReplicaRule::SequenceTwice,
        ReplicaRule::Document(DocumentRule::AnyStartOp),
        ReplicaRule::Document(DocumentRule::OperationsNotCounted),
        ReplicaRule::NoBreadcrumb,
        ReplicaRule::SkipsWhatItCannotOpen,
        ReplicaRule::WaitForEver,
        ReplicaRule::NoFerry,
        ReplicaRule::FirstBranchCounts,
        ReplicaRule::FirstOperationsCount,
        ReplicaRule::RemovalComesTooLate,
        ReplicaRule::MendingKeepsCursors,
    ];
    let replica = replica.map(Rule::Replica).into_iter();
    let relay = RelayRule::ALL.map(Rule::Relay).into_iter();
    let drivers = Careless::ALL.map(Rule::Driver);
    replica
        .chain(relay)
        .chain(drivers)
        .chain([Rule::RestoredDeviceKeepsItsActor, Rule::TellsBeforeItIsDurable])
        .collect()
}

struct Caught {
    seed: u64,
    failure: Failure,
}

#[test]
fn each_broken_rule_is_noticed_within_the_budget() {
    let budget = Budget::of_this_run();
    let mut lines = Vec::new();
    let mut missed = Vec::new();
    let only = &budget.rule;
    for rule in rules().into_iter().filter(|rule| format!("{rule:?}").contains(only)) {
        let (tried, caught) = hunt(rule, &budget);
        if caught.len() < budget.catches {
            missed.push(rule);
        }
        let told = caught.first().map(|Caught { seed, failure }| {
            let oracle = failure.violation.oracle;
            // Cutting takes as long as hunting, so only what was asked for by name is cut.
            let cut = (!only.is_empty()).then(|| {
                let (shape, plan) = plan(*seed, budget.steps);
                let (shrunk, _) = shrink(*seed, shape, &plan, Some(rule), oracle);
                format!(", cut to\n\n{}", source(*seed, shape, &shrunk))
            });
            format!("{oracle:?} in seed {seed}{}", cut.unwrap_or_default())
        });
        lines.push(format!("{rule:?}: caught in {} of {tried}: {}", caught.len(), told.unwrap_or_default()));
        println!("{}", lines[lines.len() - 1]);
    }
    assert_eq!(missed, [], "these rules can be broken without being noticed:\n{}", lines.join("\n"));
}

/// Whether a history has what this rule is there for: those of the budget that do are run first.
fn is_about(rule: Rule, seed: u64, shape: Shape) -> bool {
    match rule {
        Rule::Replica(ReplicaRule::AcknowledgementIsFinal | ReplicaRule::NoHighest)
        | Rule::Driver(Careless::OffersInAnotherWrite)
        | Rule::Relay(RelayRule::IgnoresHighest) => only_backups(seed),
        Rule::Replica(
            ReplicaRule::NoSignature
            | ReplicaRule::NoRoster
            | ReplicaRule::AnyActor
            | ReplicaRule::Document(DocumentRule::AnyStartOp)
            | ReplicaRule::NoBreadcrumb,
        )
        | Rule::Relay(RelayRule::RemovedStayConnected) => shape.hostile,
        Rule::Replica(ReplicaRule::Document(DocumentRule::OperationsNotCounted)) => {
            shape.hostile && has_wide_budget(seed)
        }
        Rule::Replica(ReplicaRule::WaitForEver | ReplicaRule::NoFerry) => shape.relays > 1,
        Rule::Replica(
            ReplicaRule::FirstBranchCounts
            | ReplicaRule::FirstOperationsCount
            | ReplicaRule::SequenceTwice
            | ReplicaRule::SkipsWhatItCannotOpen
            | ReplicaRule::RemovalComesTooLate,
        ) => shape.relays > 1 && shape.hostile && shape.devices > 2,
        Rule::Driver(Careless::RollBackNotTold) => shape.liar,
        _ => !shape.liar,
    }
}

/// Runs histories until the broken rule was noticed often enough, on two threads.
fn hunt(rule: Rule, budget: &Budget) -> (usize, Vec<Caught>) {
    let (mut order, others): (Vec<u64>, Vec<u64>) =
        (0..budget.hunted).partition(|seed| is_about(rule, *seed, plan(*seed, 0).0));
    order.extend(others);
    let (next, caught) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(seed) = order.get(at).copied() else { break };
                    if caught.lock().expect("no thread dies here").len() >= budget.catches {
                        break;
                    }
                    let (shape, plan) = plan(seed, budget.steps);
                    if let Some(failure) = run(seed, shape, &plan, Some(rule), false).failure {
                        caught.lock().expect("no thread dies here").push(Caught { seed, failure });
                    }
                }
            });
        }
    });
    let tried = next.into_inner().min(order.len());
    (tried, caught.into_inner().expect("no thread died here"))
}
