//! Routes from us to a decision maker: whom we know, who moves whom, and where the chain is weakest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::advice::spectrum::Spectrum;
use crate::card::Card;
use crate::card::duplicates::identities;
use crate::entry::fact::Stage;
use crate::entry::link::{Direction, Strength};
use crate::entry::position::Place;
use crate::ids::{EntryId, RowId};
use crate::words::folded;

/// What leads to one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes<'a> {
    pub target: &'a Card,
    /// Somebody of us is in touch with the target, without any detour.
    pub known: bool,
    /// The best first: by the weakest link, then by length, then by name. Each begins with somebody else whom we know.
    pub routes: Vec<Route<'a>>,
    /// Who moves the target and is known to nobody of us, strongest first.
    pub unknown: Vec<(&'a Card, Strength)>,
    /// Of those with whom a route may begin, how many there are and from how many the target can be reached, also by way of
    /// another of them.
    pub begin: usize,
    pub reach: usize,
}

/// From somebody whom we know, hop by hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route<'a> {
    pub hops: Vec<Hop<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop<'a> {
    pub from: &'a Card,
    pub to: &'a Card,
    pub strength: Strength,
    /// Where the one who should move the other stands on the campaign, if that is against us.
    pub against: Option<Place>,
}

/// How far a hop carries. Whoever is against us carries least, however strong the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Against,
    Weak,
    Medium,
    Strong,
}

/// Entries with whom somebody of us is in touch: a contact in the log, somebody who knows them, or one of our groups that
/// keeps the relationship. One that has ended counts no longer.
pub fn we_know(row: &Card) -> bool {
    row.stage() != Stage::Ended && (row.contact.last.is_some() || row.held_by().is_some() || row.known)
}

/// The best routes to an entry, at most so many. With a campaign, whoever is against it carries least. They begin with somebody
/// whom we know, or with these alone. None when the target is not here.
///
/// Looks at every entry and link a handful of times at most, and at nothing but index rows.
pub fn routes<'a>(
    rows: &'a [Card],
    target: EntryId,
    campaign: Option<RowId>,
    from: Option<&BTreeSet<EntryId>>,
    limit: usize,
) -> Option<Routes<'a>> {
    let graph = Graph::of(rows, target, campaign, from)?;
    let mut routes: Vec<Route<'_>> = Vec::new();
    let mut begun = BTreeSet::new();
    for least in [Grade::Strong, Grade::Medium, Grade::Weak, Grade::Against] {
        if routes.len() >= limit {
            break;
        }
        let mut found = graph.search(least, &begun);
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        begun.extend(found.iter().map(|route| route.hops[0].from.id));
        routes.extend(found);
    }
    routes.truncate(limit);
    let mut unknown: Vec<(&Card, Strength)> = graph.into[graph.target]
        .iter()
        .filter(|(from, _)| !graph.nodes[*from].known)
        .map(|(from, strength)| (graph.nodes[*from].row, *strength))
        .collect();
    unknown.sort_by(|(a, strong_a), (b, strong_b)| {
        strong_b.cmp(strong_a).then_with(|| (&a.name, a.id).cmp(&(&b.name, b.id)))
    });
    let target = &graph.nodes[graph.target];
    let (begin, reach) = graph.counts();
    Some(Routes { target: target.row, known: target.known, routes, unknown, begin, reach })
}

/// With whom a route may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Whoever stands there on this campaign.
    Place {
        place: Place,
        campaign: RowId,
    },
    Entry(EntryId),
}

impl Begin {
    pub fn entries(self, cards: &[Card]) -> BTreeSet<EntryId> {
        match self {
            Begin::Entry(id) => BTreeSet::from([id]),
            Begin::Place { place, campaign } => {
                Spectrum::of(cards, campaign, None).at(place).map(|placed| placed.row.id).collect()
            }
        }
    }
}

/// What comes first on a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// Nobody of us is in touch with whom it begins with.
    GetToKnow,
    /// Another group holds that relationship, and asks.
    AskHolders(String),
    Ask,
}

impl<'a> Route<'a> {
    /// Who is to do what first, if this group of ours walks it.
    pub fn first(&self, own_group: &str) -> First {
        let from = self.hops[0].from;
        if !we_know(from) {
            return First::GetToKnow;
        }
        match from.held_by().filter(|group| folded(group) != folded(own_group)) {
            Some(group) => First::AskHolders(group.to_owned()),
            None => First::Ask,
        }
    }

    /// The first of the hops that carry least.
    pub fn weakest(&self) -> &Hop<'a> {
        self.hops.iter().min_by_key(|hop| hop.grade()).expect("a route has a hop")
    }

    fn order(&self) -> (usize, &str, EntryId) {
        (self.hops.len(), &self.hops[0].from.name, self.hops[0].from.id)
    }
}

impl Hop<'_> {
    fn grade(&self) -> Grade {
        grade(self.strength, self.against)
    }
}

fn grade(strength: Strength, against: Option<Place>) -> Grade {
    match (against, strength) {
        (Some(_), _) => Grade::Against,
        (None, Strength::Weak) => Grade::Weak,
        (None, Strength::Medium) => Grade::Medium,
        (None, Strength::Strong) => Grade::Strong,
    }
}

/// Entries and who moves them. Those that are known to be the same are one.
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    /// For each entry, who moves it.
    into: Vec<Vec<(usize, Strength)>>,
    target: usize,
}

struct Node<'a> {
    row: &'a Card,
    known: bool,
    /// A route may begin with them.
    begins: bool,
    against: Option<Place>,
}

impl<'a> Graph<'a> {
    /// Nobody is led through an archived entry or one that nobody should engage with.
    fn of(
        rows: &'a [Card],
        target: EntryId,
        campaign: Option<RowId>,
        from: Option<&BTreeSet<EntryId>>,
    ) -> Option<Graph<'a>> {
        let same = identities(rows);
        let one = |id: EntryId| same.get(&id).copied().unwrap_or(id);
        let target = one(target);
        let mut numbers: BTreeMap<EntryId, usize> = BTreeMap::new();
        let mut nodes: Vec<Node<'a>> = Vec::new();
        let closed: BTreeSet<EntryId> =
            rows.iter().filter(|row| row.do_not_engage).map(|row| one(row.id)).filter(|id| *id != target).collect();
        // The entry that stands for the others comes first, so that its name is shown.
        let (chief, others): (Vec<&Card>, Vec<&Card>) = rows.iter().partition(|row| one(row.id) == row.id);
        for row in chief.into_iter().chain(others) {
            let id = one(row.id);
            let known = we_know(row);
            let begins = from.map_or(known, |from| from.contains(&row.id));
            match numbers.get(&id) {
                Some(number) => {
                    nodes[*number].known |= known;
                    nodes[*number].begins |= begins;
                }
                None if id != row.id || row.archived && id != target || closed.contains(&id) => {}
                None => {
                    numbers.insert(id, nodes.len());
                    nodes.push(Node { row, known, begins, against: None });
                }
            }
        }
        if let Some(campaign) = campaign {
            for placed in Spectrum::of(rows, campaign, None).placed {
                if placed.place >= Place::PassiveOpponent
                    && let Some(number) = numbers.get(&placed.row.id)
                {
                    nodes[*number].against = Some(placed.place);
                }
            }
        }
        // Said apart by several, the weaker counts until somebody settles it.
        let mut links: BTreeMap<(usize, usize), Strength> = BTreeMap::new();
        for row in rows {
            for link in &row.links {
                let ends = (numbers.get(&one(row.id)), numbers.get(&one(link.to)));
                let (Some(own), Some(other)) = ends else { continue };
                let mut note = |from: usize, to: usize| {
                    if from != to {
                        let kept = links.entry((to, from)).or_insert(link.strength);
                        *kept = (*kept).min(link.strength);
                    }
                };
                if link.direction != Direction::In {
                    note(*own, *other);
                }
                if link.direction != Direction::Out {
                    note(*other, *own);
                }
            }
        }
        let mut into = vec![Vec::new(); nodes.len()];
        for ((to, from), strength) in links {
            into[to].push((from, strength));
        }
        for movers in &mut into {
            movers.sort_by_key(|(from, strength)| {
                (std::cmp::Reverse(grade(*strength, nodes[*from].against)), &nodes[*from].row.name, nodes[*from].row.id)
            });
        }
        let target = *numbers.get(&target)?;
        Some(Graph { nodes, into, target })
    }

    /// With how many a route may begin, and from how many of them there is any way at all.
    fn counts(&self) -> (usize, usize) {
        let begins = |number: &usize| *number != self.target && self.nodes[*number].begins;
        let mut reached = BTreeSet::from([self.target]);
        let mut ahead = vec![self.target];
        while let Some(to) = ahead.pop() {
            ahead.extend(self.into[to].iter().map(|(from, _)| *from).filter(|from| reached.insert(*from)));
        }
        ((0..self.nodes.len()).filter(begins).count(), reached.iter().filter(|number| begins(number)).count())
    }

    /// The shortest routes over hops that carry at least so far, from everybody with whom one may begin and who has none yet. A
    /// route that would pass another of them is left out: it begins better there.
    fn search(&self, least: Grade, begun: &BTreeSet<EntryId>) -> Vec<Route<'a>> {
        let mut onward: Vec<Option<(usize, Strength)>> = vec![None; self.nodes.len()];
        let mut found = Vec::new();
        let mut ahead = VecDeque::from([self.target]);
        while let Some(to) = ahead.pop_front() {
            for (from, strength) in &self.into[to] {
                let node = &self.nodes[*from];
                if *from == self.target || onward[*from].is_some() || grade(*strength, node.against) < least {
                    continue;
                }
                onward[*from] = Some((to, *strength));
                if !node.begins {
                    ahead.push_back(*from);
                } else if !begun.contains(&node.row.id) {
                    found.push(self.route(*from, &onward));
                }
            }
        }
        found
    }

    fn route(&self, first: usize, onward: &[Option<(usize, Strength)>]) -> Route<'a> {
        let mut hops = Vec::new();
        let mut at = first;
        while let Some((to, strength)) = onward[at] {
            let Node { row, against, .. } = &self.nodes[at];
            hops.push(Hop { from: row, to: self.nodes[to].row, strength, against: *against });
            at = to;
        }
        Route { hops }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::card::{CardLink, CardPosition};
    use crate::entry::link::Link;
    use crate::entry::{Entry, NewEntry};
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, NOW, row, today};

    /// Entries with these names and ids 1, 2, …; those with a star are known to us.
    fn town(names: &[&str]) -> Vec<Card> {
        (1u8..)
            .zip(names)
            .map(|(number, name)| {
                let new = NewEntry::new(Kind::named("organisation").unwrap(), name.trim_end_matches('*'));
                let [mut ana, ..] = Desk::three(&new);
                if name.ends_with('*') {
                    ana.log(1, "call", today());
                }
                Card::of(&ana.document, EntryId([number; 16])).unwrap()
            })
            .collect()
    }

    fn link(rows: &mut [Card], from: u8, to: u8, strength: Strength) {
        let link = CardLink { to: EntryId([to; 16]), direction: Direction::Out, strength };
        rows[usize::from(from) - 1].links.push(link);
    }

    fn told(rows: &[Card], target: u8, campaign: Option<RowId>) -> Vec<String> {
        let routes = routes(rows, EntryId([target; 16]), campaign, None, 3).unwrap().routes;
        let walk = |route: &Route<'_>| {
            let names: Vec<&str> = route.hops.iter().map(|hop| hop.from.name.as_str()).collect();
            format!("{} (weakest: {})", names.join(" > "), route.weakest().from.name)
        };
        routes.iter().map(walk).collect()
    }

    #[test]
    fn whoever_holds_the_relationship_is_asked_first_and_nobody_is_asked_before_we_know_them() {
        let mut cards = town(&["Council", "Choir*", "Bakery*", "Paper"]);
        for from in 2..=4 {
            link(&mut cards, from, 1, Strength::Strong);
        }
        cards[1].values.insert("held-by".into(), "Hills".into());
        cards[2].values.insert("held-by".into(), "harbour".into());
        let begun_by = |number: u8| {
            let begin = Begin::Entry(EntryId([number; 16])).entries(&cards);
            let found = routes(&cards, EntryId([1; 16]), None, Some(&begin), 1).unwrap();
            found.routes[0].first("Harbour")
        };
        assert_eq!(begun_by(2), First::AskHolders("Hills".into()));
        assert_eq!(begun_by(3), First::Ask, "it is ours");
        assert_eq!(begun_by(4), First::GetToKnow);
    }

    /// S83
    #[test]
    fn the_best_route_has_the_strongest_weakest_link_and_then_is_the_shortest() {
        let mut rows = town(&["Mayor", "Choir*", "Bakers*", "Rector", "Golf Club", "Rowers*"]);
        link(&mut rows, 2, 1, Strength::Weak);
        link(&mut rows, 3, 4, Strength::Strong);
        link(&mut rows, 4, 5, Strength::Medium);
        link(&mut rows, 5, 1, Strength::Strong);
        link(&mut rows, 6, 5, Strength::Medium);
        assert_eq!(
            told(&rows, 1, None),
            [
                "Rowers > Golf Club (weakest: Rowers)",
                "Bakers > Rector > Golf Club (weakest: Rector)",
                "Choir (weakest: Choir)"
            ]
        );
    }

    #[test]
    fn circles_end_and_nobody_is_led_past_somebody_whom_we_know() {
        let mut rows = town(&["Mayor", "Choir*", "Rector", "Bakers*"]);
        link(&mut rows, 1, 3, Strength::Strong);
        link(&mut rows, 3, 1, Strength::Strong);
        link(&mut rows, 2, 3, Strength::Strong);
        link(&mut rows, 3, 2, Strength::Strong);
        link(&mut rows, 4, 2, Strength::Strong);
        assert_eq!(told(&rows, 1, None), ["Choir > Rector (weakest: Choir)"]);
    }

    #[test]
    fn a_link_that_goes_the_other_way_leads_nowhere_and_both_ways_leads_there() {
        let mut rows = town(&["Mayor", "Choir*"]);
        link(&mut rows, 1, 2, Strength::Strong);
        assert_eq!(told(&rows, 1, None), Vec::<String>::new());
        rows[0].links[0].direction = Direction::In;
        assert_eq!(told(&rows, 1, None).len(), 1);
        rows[0].links[0].direction = Direction::Both;
        assert_eq!(told(&rows, 1, None).len(), 1);
    }

    #[test]
    fn a_link_that_was_taken_away_leads_nowhere() {
        let mayor = town(&["Mayor"]).remove(0);
        let [mut ana, ..] = Desk::three_choirs();
        ana.log(1, "call", today());
        let own = EntryId([0x22; 16]);
        let strong = Link::influence(mayor.id, Direction::Out, Strength::Strong, NOW);
        ana.edit(|edit| Entry::link(edit, own, row(2), &strong)).unwrap();
        let rows = |desk: &Desk| [mayor.clone(), Card::of(&desk.document, own).unwrap()];
        assert_eq!(told(&rows(&ana), 1, None).len(), 1);
        let gone = Link { supersedes: vec![row(2)], withdrawn: true, ..strong };
        ana.edit(|edit| Entry::link(edit, own, row(3), &gone)).unwrap();
        assert_eq!(told(&rows(&ana), 1, None), Vec::<String>::new());
    }

    #[test]
    fn an_opponent_carries_least_and_one_that_nobody_should_engage_with_carries_nothing() {
        let campaign = row(99);
        let mut rows = town(&["Mayor", "Choir*", "Golf Club", "Bakers*"]);
        link(&mut rows, 2, 3, Strength::Strong);
        link(&mut rows, 3, 1, Strength::Strong);
        link(&mut rows, 4, 1, Strength::Weak);
        let against = Place::PassiveOpponent;
        let step = crate::card::CardStep { on: Some(today()), place: against, friendliest: against };
        let position =
            CardPosition { campaign, place: against, friendliest: against, differs: false, steps: vec![step] };
        rows[2].positions.push(position);
        assert_eq!(
            told(&rows, 1, Some(campaign)),
            ["Bakers (weakest: Bakers)", "Choir > Golf Club (weakest: Golf Club)"]
        );
        rows[2].do_not_engage = true;
        assert_eq!(told(&rows, 1, Some(campaign)), ["Bakers (weakest: Bakers)"]);
    }

    #[test]
    fn who_moves_the_target_and_is_known_to_nobody_is_named() {
        let mut rows = town(&["Mayor", "Rector", "Golf Club"]);
        link(&mut rows, 2, 1, Strength::Weak);
        link(&mut rows, 3, 1, Strength::Strong);
        let routes = routes(&rows, EntryId([1; 16]), None, None, 3).unwrap();
        let names: Vec<&str> = routes.unknown.iter().map(|(row, _)| row.name.as_str()).collect();
        assert_eq!((routes.routes.len(), names), (0, vec!["Golf Club", "Rector"]));
        assert!(super::routes(&rows, EntryId([9; 16]), None, None, 3).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// Against every simple path, tried one by one.
        #[test]
        fn no_route_is_better_than_the_first(
            links in prop::collection::vec((0..7usize, 0..7usize, 0..3usize), 0..24),
            known in prop::collection::vec(any::<bool>(), 7),
        ) {
            let strengths = [Strength::Weak, Strength::Medium, Strength::Strong];
            let mut rows = town(&["A", "B", "C", "D", "E", "F", "G"]);
            let mut weakest: BTreeMap<(usize, usize), Strength> = BTreeMap::new();
            for (from, to, strength) in links {
                link(&mut rows, from as u8 + 1, to as u8 + 1, strengths[strength]);
                let kept = weakest.entry((from, to)).or_insert(strengths[strength]);
                *kept = (*kept).min(strengths[strength]);
            }
            for (row, known) in rows.iter_mut().zip(&known) {
                row.contact.last = known.then(today);
            }
            fn best(at: usize, seen: &mut Vec<usize>, least: Strength, known: &[bool], links: &BTreeMap<(usize, usize), Strength>, found: &mut Option<(Strength, usize)>) {
                if at != 0 && known[at] {
                    let one = (least, seen.len() - 1);
                    if found.is_none_or(|found| (found.0, std::cmp::Reverse(found.1)) < (one.0, std::cmp::Reverse(one.1))) {
                        *found = Some(one);
                    }
                }
                for ((from, to), strength) in links {
                    if *to == at && !seen.contains(from) {
                        seen.push(*from);
                        best(*from, seen, least.min(*strength), known, links, found);
                        seen.pop();
                    }
                }
            }
            let mut expected = None;
            best(0, &mut vec![0], Strength::Strong, &known, &weakest, &mut expected);
            let routes = routes(&rows, EntryId([1; 16]), None, None, 1).unwrap().routes;
            let first = routes.first().map(|route| (route.weakest().strength, route.hops.len()));
            prop_assert_eq!(first, expected);
        }
    }
}
