//! `allymap new`: a map for a community, with this person as its first convenor.

use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::{Map, NewMap};
use allymap_domain::town::town_map;
use allymap_domain::town::{TownChoices, demo_town};
use allymap_domain::words::label::label;
use allymap_replica::{Founding, Replica};
use allymap_seal::{DeviceKeys, RootKeys, RootSeed};
use allymap_wire::{DocumentId, RelayAddress, SpaceId};

use allymap_home::maps::rows::MapRow;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

/// Start a map for your community
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap new \"Kill Town\"\n  allymap new \"Kill Town\" --name Wren --group Harbour --no-input\n  allymap new --practice"
)]
pub(crate) struct Args {
    /// The community the map is about
    map: Option<String>,
    /// Your name, as others see it
    #[arg(long)]
    name: Option<String>,
    /// Your group
    #[arg(long)]
    group: Option<String>,
    /// The line that a relay's operator gave you (ALLYMAP-RELAY:…)
    #[arg(long, value_name = "LINE")]
    relay: Option<String>,
    /// An invented town to try everything on; it never leaves this computer
    #[arg(long, conflicts_with_all = ["relay", "map"])]
    practice: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let relay = args.relay.as_deref().map(super::relay::read_line).transpose()?;
    if args.practice {
        return practise(app, args);
    }
    app.output.status("Your data stays on your computers. It is sealed before it leaves. You decide who joins.");
    let map = typed::given(args.map, || app.ask().required("Community the map is about", "NAME (allymap new NAME)"))?;
    let settings = app.home().settings()?;
    let (name, group) = (args.name.or(settings.value("name")), args.group.or(settings.value("group")));
    let name = typed::given(name, || app.ask().required("Your name, as others see it", "--name"))?;
    let group = typed::given(group, || app.ask().required("Your group", "--group"))?;
    let (map, name, group) = (label(&map)?, label(&name)?, label(&group)?);
    app.make_home()?;

    found(app, &map, &name, &group, false)?;
    if let Some(relay) = &relay {
        add_relay(app, relay)?;
    }
    create_map_document(app, &map)?;
    app.commit()?;

    if app.output.json {
        app.output.json(&serde_json::json!({ "map": map, "name": name, "group": group, "role": "convenor" }));
        return Ok(());
    }
    app.output.say(format_args!("{map} is ready. You are its convenor, {name} ({group})."));
    app.output.status("Nobody else sees it yet.");
    app.output
        .status("Next: allymap partner add NAME · allymap invite · allymap recovery (prints the emergency words)");
    Ok(())
}

/// The map itself: its keys, its first member, its row on this computer. A practice map needs no emergency words.
fn found(app: &mut App<'_>, map: &str, name: &str, group: &str, practice: bool) -> Result<(), Failure> {
    let root = RootSeed::generate(&mut app.chance());
    let keys = RootKeys::derive(&root);
    let genesis = allymap_seal::genesis(&keys, app.fresh(), app.now().0);
    let space = SpaceId::of(&genesis.bytes);
    let seed = app.seed()?;
    let number = app.add_map(map, name, group)?;
    let founding =
        Founding { root: &keys, keys: DeviceKeys::derive(&seed, &space), genesis, name, group, salt: app.fresh() };
    let mut effects = Vec::new();
    let (now, mut chance) = (app.now(), app.chance());
    let replica = Replica::found(now, number, founding, app.disk()?, &mut chance, &mut effects)
        .map_err(|error| Failure::new("AM-NEW", Exit::Failed, format!("The map could not be made: {error}.")))?;
    app.carry_out(effects)?;
    app.adopt(replica);
    if practice {
        let row = app.map()?;
        return app.put_map(MapRow { practice, ..row });
    }
    app.keep_root(number, root.expose())
}

/// The invented town, whole.
fn practise(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let mut town = demo_town();
    let name = label(args.name.as_deref().unwrap_or("You"))?;
    let group = label(args.group.as_deref().unwrap_or("Practice group"))?;
    app.make_home()?;
    // Whoever begins again has both, each under a name of its own.
    let known = app.maps()?;
    let taken = |name: &str| known.iter().any(|map| map.name.to_lowercase() == name.to_lowercase());
    let names = std::iter::once(town.map.name.clone()).chain((2..).map(|number| format!("{} {number}", town.map.name)));
    let called = names.into_iter().find(|name| !taken(name)).expect("there is always a next number");
    town.map.name.clone_from(&called);
    found(app, &called, &name, &group, true)?;
    let entries: Vec<EntryId> = town.entries.iter().map(|_| app.fresh_entry()).collect();
    let campaigns: Vec<RowId> = town.campaigns.iter().map(|_| app.fresh_row()).collect();
    let mut fresh = app.fresh_rows();
    let (today, recorded_ms) = (app.today(), app.now().0);
    let document = app.map_document()?;
    app.edit(document, |edit| town_map(edit, &town, &campaigns, today, &mut fresh))?;
    let mut choices = TownChoices { entries: &entries, campaigns: &campaigns, today, recorded_ms, fresh: &mut fresh };
    for (index, id) in entries.iter().enumerate() {
        app.edit(DocumentId(id.0), |edit| town.write(index, edit, &mut choices))?;
    }
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "map": town.map.name, "name": name, "group": group, "practice": true, "entries": entries.len(),
        }));
        return Ok(());
    }
    app.output.say(format_args!(
        "{} is ready: an invented town with {} entries, to practise on.",
        town.map.name,
        entries.len()
    ));
    app.output.status("It stays on this computer and is never exchanged. Nobody in it exists.");
    app.output.status(
        "Next: allymap map show · allymap todo · allymap partner show choir · back to your own: allymap map use NAME",
    );
    Ok(())
}

/// A practice map stays where it is.
pub(crate) fn refuse_practice(app: &mut App<'_>) -> Result<(), Failure> {
    let map = app.map()?;
    if !map.practice {
        return Ok(());
    }
    Err(Failure::new(
        "AM-PRACTICE",
        Exit::Usage,
        format!("{} is a practice map: it stays on this computer and is never exchanged.", map.name),
    )
    .hint("Nothing was changed. Start a map to share with: allymap new NAME. Or work on another one: allymap map use NAME."))
}

pub(crate) fn add_relay(app: &mut App<'_>, relay: &RelayAddress) -> Result<(), Failure> {
    refuse_practice(app)?;
    let mut effects = Vec::new();
    let (replica, disk) = app.hold()?;
    replica.add_relay(relay.relay, &relay.url, Some(relay.token), disk, &mut effects)?;
    app.carry_out(effects)
}

/// The map's own document, which only its founder makes.
fn create_map_document(app: &mut App<'_>, name: &str) -> Result<(), Failure> {
    let id = app.map_document()?;
    let new = NewMap { name: name.to_owned(), community: String::new() };
    app.edit(id, |edit| Map::create(edit, &new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_a_home_from_before_there_was_practice_is_no_practice_map() {
        // Number, name, person, group, and no words that somebody waits with: what the first version kept.
        let old = b"\xa5\x00\x01\x01\x61M\x02\x61A\x03\x61H\x04\xf6";
        let row: MapRow = minicbor::decode(old).unwrap();
        assert_eq!((row.number, row.name.as_str(), row.practice), (1, "M", false));
        let shorter = b"\xa4\x00\x01\x01\x61M\x02\x61A\x03\x61H";
        assert!(!minicbor::decode::<MapRow>(shorter).unwrap().practice);
    }
}
