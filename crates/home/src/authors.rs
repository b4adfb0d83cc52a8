//! Who wrote under which actor, with the names that they have in this map.

use std::collections::BTreeMap;

use allymap_document::ActorId;
use allymap_domain::author::Author;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug, Default)]
pub struct Authors(BTreeMap<ActorId, Author>);

impl Authors {
    pub fn of(&self, actor: ActorId) -> Author {
        self.0.get(&actor).cloned().unwrap_or_else(|| Author {
            name: String::new(),
            group: String::new(),
            device: String::new(),
        })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.values().map(|author| &author.name)
    }
}

impl Visit<'_> {
    pub(crate) fn authors(&mut self) -> Result<Authors, Trouble> {
        let (replica, disk) = self.hold()?;
        let mut authors = Authors::default();
        for (actor, device) in replica.actors(disk)? {
            let member = replica.roster().was_member(&device);
            authors.0.insert(
                actor,
                Author {
                    name: member.as_ref().map(|member| member.name.clone()).unwrap_or_default(),
                    group: member.as_ref().map(|member| member.group.clone()).unwrap_or_default(),
                    device: data_encoding::HEXLOWER.encode(&device.0[..4]),
                },
            );
        }
        Ok(authors)
    }
}
