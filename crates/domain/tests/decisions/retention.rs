use roster_domain::audit::{AuditAction, TargetKind};
use roster_domain::change::Write;
use roster_domain::context::Actor;
use roster_domain::id::AuditId;
use roster_domain::refusal::Refusal;
use roster_domain::retention::{SHORTEST, Stretch, may_prune, prune};
use time::Duration;
use uuid::Uuid;

use crate::support::{BEFORE, NOW, by, new_tenant};

#[test]
fn what_was_deleted_is_recorded_with_its_number_and_time() {
    let stretch = Stretch {
        before: BEFORE,
        after: None,
        through: AuditId::new(Uuid::from_u128(7)),
        records: 1_234,
    };
    let change = prune(stretch, new_tenant().0.target(), &by(Actor::System)).unwrap();
    assert_eq!(change.write, Write::PruneAudit(stretch));
    assert_eq!(change.audit.action, AuditAction::PruneAuditLog);
    assert_eq!(change.audit.target.kind, TargetKind::Tenant);
    assert_eq!(
        change.audit.description,
        "1234 audit records from before 2026-11-01T12:00:00Z were deleted."
    );
}

#[test]
fn nothing_that_is_younger_than_a_day_is_deleted() {
    assert_eq!(may_prune(NOW - SHORTEST, NOW), Ok(()));
    for before in [
        NOW - SHORTEST + Duration::MICROSECOND,
        NOW,
        NOW + Duration::DAY,
    ] {
        assert_eq!(may_prune(before, NOW), Err(Refusal::PrunedTooSoon));
        let stretch = Stretch {
            before,
            after: None,
            through: AuditId::new(Uuid::nil()),
            records: 1,
        };
        let refused = prune(stretch, new_tenant().0.target(), &by(Actor::System));
        assert_eq!(refused, Err(Refusal::PrunedTooSoon));
    }
}
