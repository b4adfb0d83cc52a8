//! `allymap new`: a map for a community, with this person as its first convenor.

use allymap_replica::{Founding, Replica};
use allymap_seal::{DeviceKeys, RootKeys, RootSeed};
use allymap_wire::{RelayAddress, SpaceId};

use crate::app::{App, now};
use crate::chance::{Chance, random};
use crate::failure::{Exit, Failure};

/// Start a map for your community
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap new \"Kill Town\"\n  allymap new \"Kill Town\" --name Wren --group Harbour --no-input"
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
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let relay = args.relay.as_deref().map(super::relay::read_line).transpose()?;
    app.output.status("Your data stays on your computers. It is sealed before it leaves. You decide who joins.");
    let map = super::given(args.map, || app.prompt.required("Community the map is about", "NAME (allymap new NAME)"))?;
    let name = super::given(args.name, || app.prompt.required("Your name, as others see it", "--name"))?;
    let group = super::given(args.group, || app.prompt.required("Your group", "--group"))?;
    let (map, name, group) = (super::label(&map)?, super::label(&name)?, super::label(&group)?);
    super::ensure_home(app)?;

    let root = RootSeed::generate(&mut Chance);
    let keys = RootKeys::derive(&root);
    let genesis = allymap_seal::genesis(&keys, random(), now().0);
    let space = SpaceId::of(&genesis.bytes);
    let seed = app.seed()?;
    let number = app.add_map(&map, &name, &group)?;
    let founding = Founding {
        root: &keys,
        keys: DeviceKeys::derive(&seed, &space),
        genesis,
        name: &name,
        group: &group,
        salt: random(),
    };
    let mut effects = Vec::new();
    let replica = Replica::found(now(), number, founding, app.disk()?, &mut Chance, &mut effects)
        .map_err(|error| Failure::new("AM-NEW", Exit::Failed, format!("The map could not be made: {error}.")))?;
    app.carry_out(effects)?;
    app.adopt(replica);
    app.keep_root(number, root.expose())?;
    if let Some(relay) = &relay {
        add_relay(app, relay)?;
    }
    super::create_map_document(app, &map)?;
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

pub(crate) fn add_relay(app: &mut App, relay: &RelayAddress) -> Result<(), Failure> {
    let mut effects = Vec::new();
    let (replica, disk) = app.hold()?;
    replica.add_relay(relay.relay, &relay.url, Some(relay.token), disk, &mut effects)?;
    app.carry_out(effects)
}
