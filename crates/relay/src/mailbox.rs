//! An invitation's two letters: a convenor's offer, taken once, and the request of the device that took it.

use std::ops::ControlFlow;

use allymap_wire::{BoxToken, Code, DeviceKey, Message, MessageKind, Slot, SpaceId, Timestamp};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::rows::{self, RowsError, Write};
use crate::{Broken, Relay, Sender, Settings, Turn};

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Mailbox {
    #[n(0)]
    pub(crate) made: u64,
    #[n(1)]
    pub(crate) offer: ByteVec,
    /// The first device that took the offer; nobody else ever gets it.
    #[n(2)]
    pub(crate) taker: Option<DeviceKey>,
    #[n(3)]
    pub(crate) request: Option<ByteVec>,
}

impl Mailbox {
    pub(crate) fn is_over(&self, now: Timestamp, settings: &Settings) -> bool {
        now.0.saturating_sub(self.made) >= settings.mailbox_ms
    }

    /// Whether somebody new may still take the offer.
    pub(crate) fn is_open(&self, now: Timestamp, settings: &Settings) -> bool {
        now.0.saturating_sub(self.made) < settings.invitation_ms
    }
}

impl Relay {
    /// A letter is brought, and whoever brought it is told what became of it.
    pub(crate) fn box_put(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
        slot: Slot,
        letter: ByteVec,
    ) -> Result<(), RowsError> {
        let code = match slot {
            Slot::Offer => self.put_offer(turn, from, token, letter)?,
            Slot::Request if self.too_many_guesses(turn.now, &from) => Code::Rate,
            Slot::Request => self.put_request(turn, from, token, letter)?,
        };
        if code == Code::Gone && slot == Slot::Request {
            self.guessed(&from);
        }
        turn.outcome(from.connection, MessageKind::BoxPut, code, 0);
        Ok(())
    }

    /// A letter is asked for.
    pub(crate) fn box_take(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
        slot: Slot,
    ) -> Result<(), RowsError> {
        let found = match slot {
            Slot::Offer if self.too_many_guesses(turn.now, &from) => Err(Code::Rate),
            Slot::Offer => self.take_offer(turn, from, token)?,
            Slot::Request => self.take_request(turn, from, token)?,
        };
        if found == Ok(None) && slot == Slot::Offer {
            self.guessed(&from);
        }
        match found {
            Ok(bytes) => turn.send(from.connection, &Message::Box { slot, bytes }),
            Err(code) => turn.outcome(from.connection, MessageKind::BoxTake, code, 0),
        }
        Ok(())
    }

    /// A mailbox that is not over yet, in a space that is there.
    fn mailbox(&self, turn: &Turn<'_>, from: &Sender, token: &BoxToken) -> Result<Option<Mailbox>, RowsError> {
        let mailbox: Option<Mailbox> = match rows::read(turn.rows, &rows::mailbox_key(&from.space, token)) {
            Err(RowsError::Damaged) => None,
            other => other?,
        };
        Ok(mailbox.filter(|mailbox| !mailbox.is_over(turn.now, &self.settings)))
    }

    /// An empty offer takes the invitation back.
    fn put_offer(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
        offer: ByteVec,
    ) -> Result<Code, RowsError> {
        let key = rows::mailbox_key(&from.space, &token);
        if !from.flags.may_convene() {
            return Ok(Code::NotAllowed);
        }
        if offer.len() > self.settings.mailbox_bytes {
            return Ok(Code::TooLarge);
        }
        if offer.is_empty() {
            turn.writes.push(Write::Delete(key));
            return Ok(Code::Done);
        }
        if let Some(there) = self.mailbox(turn, &from, &token)? {
            return Ok(if there.offer == offer { Code::Done } else { Code::Exists });
        }
        if self.disk_full || self.open_mailboxes(turn, &from.space)? >= self.settings.mailboxes {
            return Ok(Code::Full);
        }
        turn.put(key, allymap_wire::encode(&Mailbox { made: turn.now.0, offer, taker: None, request: None }));
        Ok(Code::Done)
    }

    /// How many mailboxes of a space are in use; what is over is cleared away on the way.
    fn open_mailboxes(&self, turn: &mut Turn<'_>, space: &SpaceId) -> Result<usize, RowsError> {
        let mut open = 0;
        let mut over = Vec::new();
        turn.rows.scan(&rows::mailboxes_prefix(space), None, &mut |key, value| {
            if self.is_over(value, turn.now) {
                over.push(Write::Delete(key.to_vec()));
            } else {
                open += 1;
            }
            ControlFlow::Continue(())
        })?;
        turn.writes.extend(over);
        Ok(open)
    }

    fn is_over(&self, mailbox: &[u8], now: Timestamp) -> bool {
        allymap_wire::decode::<Mailbox>(mailbox).map_or(true, |mailbox| mailbox.is_over(now, &self.settings))
    }

    fn put_request(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
        request: ByteVec,
    ) -> Result<Code, RowsError> {
        let Some(mut mailbox) = self.mailbox(turn, &from, &token)? else { return Ok(Code::Gone) };
        match mailbox.taker {
            Some(taker) if taker == from.device => {}
            Some(_) => return Ok(Code::Taken),
            None => return Ok(Code::NotAllowed),
        }
        if request.len() > self.settings.mailbox_bytes {
            return Ok(Code::TooLarge);
        }
        if self.disk_full {
            return Ok(Code::Full);
        }
        mailbox.request = Some(request);
        turn.put(rows::mailbox_key(&from.space, &token), allymap_wire::encode(&mailbox));
        Ok(Code::Done)
    }

    fn take_offer(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
    ) -> Result<Result<Option<ByteVec>, Code>, RowsError> {
        let Some(mut mailbox) = self.mailbox(turn, &from, &token)? else { return Ok(Ok(None)) };
        match mailbox.taker {
            Some(taker) if taker == from.device => {}
            Some(_) if self.broken == Some(Broken::OfferGivenTwice) => {}
            Some(_) => return Ok(Err(Code::Taken)),
            None if !mailbox.is_open(turn.now, &self.settings) => return Ok(Ok(None)),
            None => {
                mailbox.taker = Some(from.device);
                turn.put(rows::mailbox_key(&from.space, &token), allymap_wire::encode(&mailbox));
            }
        }
        Ok(Ok(Some(mailbox.offer)))
    }

    fn take_request(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        token: BoxToken,
    ) -> Result<Result<Option<ByteVec>, Code>, RowsError> {
        if !from.flags.may_convene() {
            return Ok(Err(Code::NotAllowed));
        }
        Ok(Ok(self.mailbox(turn, &from, &token)?.and_then(|mailbox| mailbox.request)))
    }

    /// Clears away a few mailboxes that are over, once an hour all of them.
    pub(crate) fn sweep(&mut self, turn: &mut Turn<'_>) -> Result<(), RowsError> {
        let resting = self.swept.is_none()
            && self.swept_at.is_some_and(|at| turn.now >= at && turn.now.0 - at.0 < SWEEP_EVERY_MS);
        if resting {
            return Ok(());
        }
        let from = self.swept.take();
        let mut seen = 0;
        let mut next = None;
        let mut over = Vec::new();
        turn.rows.scan(rows::MAILBOXES, from.as_deref(), &mut |key, value| {
            if seen == SWEEP_ROWS {
                next = Some(key.to_vec());
                return ControlFlow::Break(());
            }
            seen += 1;
            if self.is_over(value, turn.now) {
                over.push(Write::Delete(key.to_vec()));
            }
            ControlFlow::Continue(())
        })?;
        turn.writes.extend(over);
        self.swept = next;
        self.swept_at = Some(turn.now);
        Ok(())
    }
}

const SWEEP_EVERY_MS: u64 = 3_600_000;
const SWEEP_ROWS: usize = 64;
