//! `allymap new`: a map for a community, with this person as its first convenor.

use allymap_home::Label;
use allymap_home::maps::founded::{self, Founded, Founding, Me};
use allymap_home::maps::practice::{self, Practised};
use allymap_home::together::relay;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    let relay = args.relay.as_deref().map(relay::read).transpose()?;
    if args.practice {
        let me = Me::called(args.name.as_deref().unwrap_or("You"), args.group.as_deref().unwrap_or("Practice group"))?;
        app.make_home()?;
        let practised = practice::practise(app.visit()?, &me)?;
        return app.tell(&practised);
    }
    app.output.status("Your data stays on your computers. It is sealed before it leaves. You decide who joins.");
    let map = typed::given(args.map, || app.ask().required("Community the map is about", "NAME (allymap new NAME)"))?;
    let (name, group) = name_and_group(app, args.name, args.group)?;
    let (map, me) = (Label::typed(&map)?, Me::called(&name, &group)?);
    app.make_home()?;
    let founded = founded::found(app.visit()?, &Founding { map, me, relay })?;
    app.tell(&founded)
}

/// Who this person is: as they say, as their settings say, or as they answer.
pub(super) fn name_and_group(
    app: &mut App<'_>,
    name: Option<String>,
    group: Option<String>,
) -> Result<(String, String), Failure> {
    let settings = app.home().settings()?;
    let (name, group) = (name.or(settings.value("name")), group.or(settings.value("group")));
    let name = typed::given(name, || app.ask().required("Your name, as others see it", "--name"))?;
    let group = typed::given(group, || app.ask().required("Your group", "--group"))?;
    Ok((name, group))
}

impl Answer for Founded {
    fn json(&self) -> impl Serialize {
        json!({ "map": self.map, "name": &*self.me.name, "group": &*self.me.group, "role": "convenor" })
    }

    fn say(&self, out: &Output) {
        let Me { name, group } = &self.me;
        out.say(format_args!("{} is ready. You are its convenor, {name} ({group}).", self.map));
        out.status("Nobody else sees it yet.");
        out.status("Next: allymap partner add NAME · allymap invite · allymap recovery (prints the emergency words)");
    }
}

impl Answer for Practised {
    fn json(&self) -> impl Serialize {
        json!({
            "map": self.map, "name": &*self.me.name, "group": &*self.me.group, "practice": true, "entries": self.entries,
        })
    }

    fn say(&self, out: &Output) {
        let (map, entries) = (&self.map, self.entries);
        out.say(format_args!("{map} is ready: an invented town with {entries} entries, to practise on."));
        out.status("It stays on this computer and is never exchanged. Nobody in it exists.");
        out.status(
            "Next: allymap map show · allymap todo · allymap partner show choir · back to your own: allymap map use NAME",
        );
    }
}
