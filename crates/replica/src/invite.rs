//! Joining by approval: an invitation gives the right to ask, a convenor gives the key after four words were compared.

use allymap_seal::{ActError, DeviceKeys, Invitation, InvitationError, JoinRequest, KemKey, Label, Offer, Role};
use allymap_wire::{
    BoxToken, Challenge, Code, DeviceKey, Message, MessageKind, PROTOCOL, RelayKeyHash, Slot, Timestamp,
    auth_transcript, limits,
};
use minicbor::bytes::ByteVec;
use rand_core::CryptoRng;

use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{InvitationRow, Key, Rows, Unreadable};
use crate::turn::Turn;

/// An invitation of this device's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub token: BoxToken,
    pub role: Role,
    pub expires: Timestamp,
    /// Whether the relay has the offer, so that the code can be used.
    pub placed: bool,
}

/// Somebody who took an invitation and asks to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    pub token: BoxToken,
    /// Which invitation of this device they took. It stays theirs, whoever else asks.
    pub number: u32,
    pub name: String,
    pub group: String,
    pub role: Role,
    /// To be compared aloud with the newcomer's.
    pub words: [&'static str; 4],
    device: DeviceKey,
    kem: KemKey,
}

/// Who is let in by an invitation, and what the code tells of the map.
#[derive(Clone, Debug)]
pub struct Inviting {
    /// Through which it is answered.
    pub relay: RelayKeyHash,
    pub role: Role,
    /// A suggestion.
    pub group: Option<Label>,
    pub map_name: Label,
}

impl Replica {
    /// One invitation, for one device, through one relay. The code works once the next exchange has placed the offer.
    pub fn invite(
        &mut self,
        now: Timestamp,
        inviting: Inviting,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<Invitation, InviteError> {
        let Inviting { relay, role, group, map_name } = inviting;
        let me = self.membership().filter(|member| member.role >= Role::Convenor).ok_or(InviteError::NotAConvenor)?;
        let url = self.relays.get(&relay).ok_or(InviteError::UnknownRelay)?.url.clone();
        let mut secret = [0; 16];
        chance.fill_bytes(&mut secret);
        let invitation = Invitation { space: self.space(), relay, secret, url };
        let expires = Timestamp(now.0 + limits::INVITATION_MS);
        // The inviter first: a long list of convenors is cut at its end.
        let mut convenors = vec![self.me.keys().kem_public()];
        let members = self.roster().members();
        convenors.extend(
            members
                .iter()
                .filter(|member| member.role == Role::Convenor && member.device != me.device)
                .map(|member| member.kem),
        );
        let offer = Offer::new(
            self.roster().genesis().clone(),
            self.roster().heads(),
            me.device,
            me.grant,
            convenors,
            role,
            group,
            map_name,
            expires,
        );
        let mut draft = self.me.draft(rows);
        let number = draft.invitations()?.iter().map(|(_, row)| row.number).max().unwrap_or(0).saturating_add(1);
        let row = InvitationRow {
            secret,
            role: role as u8,
            relay,
            offer: Some(ByteVec::from(invitation.seal_offer(self.me.keys(), &offer, chance)?)),
            expires: expires.0,
            request: None,
            answered: false,
            url: invitation.url.clone(),
            number,
        };
        draft.put(Key::Invitation(invitation.mailbox()), &row);
        draft.persist(effects);
        Ok(invitation)
    }

    /// Invitations that were given and not answered yet.
    pub fn invited(&self, rows: &dyn Rows) -> Result<Vec<Invited>, Unreadable> {
        Ok(self
            .me
            .draft(rows)
            .invitations()?
            .into_iter()
            .filter(|(_, row)| !row.answered)
            .filter_map(|(token, row)| {
                let role = role_of(&row)?;
                Some(Invited { token, role, expires: Timestamp(row.expires), placed: row.offer.is_none() })
            })
            .collect())
    }

    /// Who asks to join, and the words to compare.
    pub fn asking(&self, rows: &dyn Rows) -> Result<Vec<Asking>, Unreadable> {
        let mut asking = Vec::new();
        for (token, row) in self.me.draft(rows).invitations()? {
            let (false, Some(sealed), Some(role)) = (row.answered, &row.request, role_of(&row)) else { continue };
            let invitation =
                Invitation { space: self.space(), relay: row.relay, secret: row.secret, url: row.url.clone() };
            let Ok(request) = invitation.open_request(self.me.keys(), sealed) else { continue };
            let words =
                allymap_seal::four_words(self.me.space(), &request.device, &request.kem, &self.device(), &row.secret);
            let JoinRequest { device, kem, name, group, .. } = request;
            let (name, group) = (name.to_string(), group.to_string());
            asking.push(Asking { token, number: row.number, name, group, role, words, device, kem });
        }
        asking.sort_by_key(|one| one.number);
        Ok(asking)
    }

    /// The words were the same: a grant, and the keys.
    pub fn approve(
        &mut self,
        now: Timestamp,
        asking: &Asking,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), InviteError> {
        let Asking { device, kem, role, name, group, .. } = asking;
        let grant = self.roster().grant(self.me.keys(), *device, *kem, *role, name, group, now)?;
        let mut turn = Turn::new(now, self.me.draft(rows), chance);
        self.add_own_op(grant.clone(), &mut turn.draft);
        let shares = self.share_keys(&mut turn);
        for op in std::iter::once(grant).chain(shares) {
            self.keep_op_record(op, &mut turn)?;
        }
        answered(asking.token, &mut turn.draft)?;
        turn.end(effects);
        Ok(())
    }

    /// The words differed, or nobody knows this person: the invitation ends, nothing was given.
    pub fn decline(&mut self, token: BoxToken, rows: &dyn Rows, effects: &mut Vec<Effect>) -> Result<(), Unreadable> {
        let mut draft = self.me.draft(rows);
        answered(token, &mut draft)?;
        draft.persist(effects);
        Ok(())
    }

    pub(crate) fn offer_is_placed(&self, token: BoxToken, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        if let Some(mut row) = draft.row::<InvitationRow>(Key::Invitation(token))? {
            row.offer = None;
            draft.put(Key::Invitation(token), &row);
        }
        Ok(())
    }

    pub(crate) fn keep_request(&self, token: BoxToken, bytes: Vec<u8>, turn: &mut Turn<'_>) -> Result<(), Unreadable> {
        if let Some(mut row) = turn.draft.row::<InvitationRow>(Key::Invitation(token))? {
            row.request = Some(ByteVec::from(bytes));
            turn.draft.put(Key::Invitation(token), &row);
            turn.tell(Notice::AsksToJoin { invitation: token });
        }
        Ok(())
    }
}

/// Why no invitation was made or answered.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    #[error("only a convenor can invite")]
    NotAConvenor,
    #[error("this map does not know that relay")]
    UnknownRelay,
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    #[error(transparent)]
    Act(#[from] ActError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

fn answered(token: BoxToken, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
    if let Some(mut row) = draft.row::<InvitationRow>(Key::Invitation(token))? {
        row.answered = true;
        row.request = None;
        draft.put(Key::Invitation(token), &row);
    }
    Ok(())
}

fn role_of(row: &InvitationRow) -> Option<Role> {
    [Role::Reader, Role::Member, Role::Convenor].into_iter().find(|role| *role as u8 == row.role)
}

/// The newcomer's side: take the offer, ask to join. After that the map is an ordinary replica that is not let in yet.
pub struct Joining {
    invitation: Invitation,
    keys: DeviceKeys,
    host: String,
    name: Label,
    group: Label,
    stage: Stage,
}

enum Stage {
    Hello,
    Auth,
    Offer,
    Request(Box<Offer>),
}

#[derive(Debug)]
pub enum JoinEffect {
    Send(Vec<u8>),
    /// The request lies with the relay. Nothing of this invitation has to be done again.
    Asked {
        offer: Box<Offer>,
        words: [&'static str; 4],
    },
    Failed(JoinFailure),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinFailure {
    /// Another relay answers at this address.
    #[error("the relay at this address is not the one of the invitation")]
    WrongRelay,
    #[error("the relay speaks versions {oldest} to {newest} of the protocol, this program {PROTOCOL}")]
    WrongVersion { oldest: u8, newest: u8 },
    /// Used by another device.
    #[error("this invitation was used on another device")]
    Taken,
    /// Expired, withdrawn, or its offer has not reached the relay yet.
    #[error("the relay knows no such invitation")]
    Unknown,
    /// What lies in the mailbox does not belong to this invitation.
    #[error("what the relay holds for this invitation was altered")]
    Altered,
    #[error("the relay refused: {0:?}")]
    Refused(Code),
    /// It said something that does not belong here.
    #[error("the relay does not keep to the protocol")]
    Protocol,
}

impl Joining {
    /// `host`: the authority that is connected to, as in the HTTP request.
    pub fn new(invitation: Invitation, keys: DeviceKeys, host: String, name: Label, group: Label) -> Joining {
        Joining { invitation, keys, host, name, group, stage: Stage::Hello }
    }

    pub fn received(&mut self, bytes: &[u8], chance: &mut impl CryptoRng) -> Vec<JoinEffect> {
        match Message::decode(bytes) {
            Ok(message) => self.step(message, chance).unwrap_or_else(|failure| vec![JoinEffect::Failed(failure)]),
            Err(_) => vec![JoinEffect::Failed(JoinFailure::Protocol)],
        }
    }

    fn step(&mut self, message: Message, chance: &mut impl CryptoRng) -> Result<Vec<JoinEffect>, JoinFailure> {
        let token = self.invitation.mailbox();
        match (&self.stage, message) {
            (Stage::Hello, Message::Hello { oldest, newest, relay, challenge, .. }) => {
                if !(oldest..=newest).contains(&PROTOCOL) {
                    return Err(JoinFailure::WrongVersion { oldest, newest });
                }
                if relay.hash() != self.invitation.relay {
                    return Err(JoinFailure::WrongRelay);
                }
                let mut nonce = Challenge([0; 16]);
                chance.fill_bytes(&mut nonce.0);
                let transcript = auth_transcript(&relay, &self.host, &challenge, &nonce.0, &self.invitation.space);
                self.stage = Stage::Auth;
                Ok(vec![say(&Message::Auth {
                    version: PROTOCOL,
                    space: self.invitation.space,
                    device: self.keys.public(),
                    nonce,
                    signature: self.keys.sign(&transcript),
                })])
            }
            (Stage::Auth, Message::AuthOk { .. }) => {
                self.stage = Stage::Offer;
                Ok(vec![say(&Message::BoxTake { token, slot: Slot::Offer })])
            }
            (Stage::Offer, Message::Box { slot: Slot::Offer, bytes: Some(sealed) }) => {
                let offer = self.invitation.open_offer(&sealed).map_err(|_| JoinFailure::Altered)?;
                let request = JoinRequest::new(&self.keys, &self.invitation, self.name.clone(), self.group.clone());
                let sealed = self
                    .invitation
                    .seal_request(&offer.convenors, &request, chance)
                    .map_err(|_| JoinFailure::Altered)?;
                self.stage = Stage::Request(Box::new(offer));
                Ok(vec![say(&Message::BoxPut { token, slot: Slot::Request, bytes: sealed.into() })])
            }
            (Stage::Offer, Message::Box { bytes: None, .. }) => Err(JoinFailure::Unknown),
            (Stage::Request(offer), Message::Outcome { of, code: Code::Done | Code::Exists, .. })
                if of == MessageKind::BoxPut as u8 =>
            {
                let words = allymap_seal::four_words(
                    &self.invitation.space,
                    &self.keys.public(),
                    &self.keys.kem_public(),
                    &offer.inviter,
                    &self.invitation.secret,
                );
                Ok(vec![JoinEffect::Asked { offer: offer.clone(), words }])
            }
            (_, Message::Outcome { code: Code::Taken, .. } | Message::Bye { code: Code::Taken, .. }) => {
                Err(JoinFailure::Taken)
            }
            (_, Message::Outcome { code: Code::Gone, .. } | Message::Bye { code: Code::Gone, .. }) => {
                Err(JoinFailure::Unknown)
            }
            (_, Message::Outcome { code, .. } | Message::Bye { code, .. }) => Err(JoinFailure::Refused(code)),
            _ => Err(JoinFailure::Protocol),
        }
    }
}

fn say(message: &Message) -> JoinEffect {
    JoinEffect::Send(message.encode())
}
