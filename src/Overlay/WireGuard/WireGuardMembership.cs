using System.Collections.Immutable;
using System.Net.Sockets;
using SwarmCompute.Attestation;
using static SwarmCompute.Overlay.WireGuard.WireGuardMembershipDecision;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Who is on an order's overlay, as one guest sees it: at most one member a slot, that of the newest epoch which is not revoked.</summary>
/// <remarks>Immutable; the order in which announcements and revocations come does not matter to who is a member in the end.</remarks>
public sealed record WireGuardMembership
{
    /// <summary>This guest and its own device.</summary>
    public WireGuardMember Self { get; }

    /// <summary>The other members, by slot.</summary>
    public ImmutableSortedDictionary<int, WireGuardMember> Members { get; private init; } = ImmutableSortedDictionary<int, WireGuardMember>.Empty;

    /// <summary>The newest revoked epoch of each slot that has one; it and all before it are never believed again.</summary>
    public ImmutableSortedDictionary<int, LeaseEpoch> Revoked { get; private init; } = ImmutableSortedDictionary<int, LeaseEpoch>.Empty;

    /// <summary>Begins with nobody else.</summary>
    /// <exception cref="ArgumentException">The announcement does not have the overlay address of the identity's slot.</exception>
    public WireGuardMembership(WireGuardMember self)
    {
        if (!self.Announcement.Address.Equals(OverlayAddress.Of(self.Identity.Lease)))
            throw new ArgumentException($"{self.Announcement.Address} is not the overlay address of {self.Identity.Lease}.", nameof(self));
        Self = self;
    }

    /// <summary>Judges what a guest announced.</summary>
    public WireGuardMembershipDecision Announce(WireGuardMember member)
    {
        if (Refusal(member) is { } reason) return new Refused(reason);
        return Members.GetValueOrDefault(member.Identity.Slot) == member
            ? new Unchanged()
            : new Joined(this with { Members = Members.SetItem(member.Identity.Slot, member) });
    }

    /// <summary>Takes this lease, and all before it on its slot, off the overlay for good; one of another order changes nothing.</summary>
    public WireGuardMembership Revoke(SwarmIdentity.Guest identity)
    {
        if (identity.Order != Self.Identity.Order || Revoked.GetValueOrDefault(identity.Slot) >= identity.Epoch) return this;
        var stays = Members.TryGetValue(identity.Slot, out var member) && member.Identity.Epoch > identity.Epoch;
        return this with
        {
            Revoked = Revoked.SetItem(identity.Slot, identity.Epoch),
            Members = stays ? Members : Members.Remove(identity.Slot),
        };
    }

    /// <summary>What the device must be told: each member with its own address and no other.</summary>
    public WireGuardConfiguration Configuration() => new(
        Self.Announcement.Address,
        Self.Announcement.Endpoint.Port,
        Members.Values.Append(Self).Any(m => m.Announcement.Endpoint.AddressFamily == AddressFamily.InterNetworkV6) ? WireGuardLimits.MtuOverIPv6 : WireGuardLimits.MtuOverIPv4,
        [.. Members.Values.Select(m => new WireGuardPeer(m.Announcement.PublicKey, m.Announcement.Endpoint, OverlayAddress.Of(m.Identity.Lease)))]);

    private string? Refusal(WireGuardMember member)
    {
        var (identity, announcement) = (member.Identity, member.Announcement);
        if (identity.Order != Self.Identity.Order) return $"{identity} is of another order";
        if (identity.Slot is < 0 or >= LeaseId.SlotsMax) return $"{identity} is of a slot that cannot be";
        if (identity.Slot == Self.Identity.Slot) return $"{identity} is of this guest's own slot";
        if (!announcement.Address.Equals(OverlayAddress.Of(identity.Lease))) return $"{identity} claims {announcement.Address}, which is not its overlay address";
        if (identity.Epoch <= Revoked.GetValueOrDefault(identity.Slot)) return $"{identity} is revoked";
        if (announcement.PublicKey.IsZero) return $"{identity} announces no key";
        if (KeyHolder(announcement.PublicKey) is { } holder && holder.Slot != identity.Slot) return $"{identity} announces the key of {holder}";
        if (!Members.TryGetValue(identity.Slot, out var known)) return null;
        if (identity.Epoch < known.Identity.Epoch) return $"{identity} has been followed by epoch {known.Identity.Epoch}";
        return identity.Epoch == known.Identity.Epoch && identity != known.Identity ? $"{identity} and {known.Identity} cannot both hold the lease" : null;
    }

    private SwarmIdentity.Guest? KeyHolder(WireGuardPublicKey key) =>
        Members.Values.Append(Self).FirstOrDefault(m => m.Announcement.PublicKey == key)?.Identity;
}
