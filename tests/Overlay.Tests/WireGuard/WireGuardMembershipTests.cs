using System.Net;
using CsCheck;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.WireGuard;
using static SwarmCompute.Overlay.WireGuard.WireGuardMembershipDecision;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class WireGuardMembershipTests
{
    private static readonly WireGuardMember Self = Members.Of(Parties.Guest(0));

    private static readonly Gen<(bool Revokes, SwarmIdentity.Guest Whom)[]> Happenings =
        Gen.Select(Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))), Gen.Int[0, 5], Gen.UInt[1, 6], (revokes, slot, epoch) => (revokes, Parties.Guest(slot, epoch))).Array[0, 40];

    [Fact]
    public void A_member_is_whoever_has_the_newest_epoch_of_its_slot_if_that_is_not_revoked() => Happenings.Sample(happenings =>
    {
        var expected = happenings.Where(h => !h.Revokes && h.Whom.Slot != 0).Select(h => h.Whom).GroupBy(g => g.Slot).Select(g => g.MaxBy(x => x.Epoch)!)
            .Where(newest => !happenings.Any(h => h.Revokes && h.Whom.Slot == newest.Slot && h.Whom.Epoch >= newest.Epoch));
        Assert.Equal(expected.OrderBy(g => g.Slot).Select(g => Members.Key(g)), Fold(happenings).Configuration().Peers.Select(p => p.PublicKey));
    });

    [Fact]
    public void Who_is_revoked_is_gone_at_once_and_never_comes_back() => Happenings.Sample(happenings =>
    {
        var (membership, revoked) = (new WireGuardMembership(Self), new HashSet<WireGuardPublicKey>());
        foreach (var happening in happenings)
        {
            membership = Next(membership, happening);
            if (happening.Revokes) revoked.UnionWith(Enumerable.Range(1, (int)happening.Whom.Epoch.Value).Select(e => Members.Key(happening.Whom with { Epoch = new LeaseEpoch((uint)e) })));
            Assert.Empty(revoked.Intersect(membership.Configuration().Peers.Select(p => p.PublicKey)));
        }
    });

    [Fact]
    public void Every_peer_has_exactly_the_address_of_its_slot_and_no_two_share_one_or_a_key() => Happenings.Sample(happenings =>
    {
        var membership = Fold(happenings);
        var peers = membership.Configuration().Peers;
        Assert.Equal(membership.Members.Keys.Select(slot => OverlayAddress.Of(new LeaseId(Self.Identity.Order, slot))), peers.Select(p => p.Address));
        Assert.Equal(peers.Length + 1, peers.Select(p => p.Address).Append(Self.Announcement.Address).Distinct().Count());
        Assert.Equal(peers.Length + 1, peers.Select(p => p.PublicKey).Append(Self.Announcement.PublicKey).Distinct().Count());
    });

    [Fact]
    public void An_announcement_that_is_heard_twice_changes_nothing()
    {
        var membership = Joins(new WireGuardMembership(Self), Members.Of(Parties.Guest(1)));
        Assert.IsType<Unchanged>(membership.Announce(Members.Of(Parties.Guest(1))));
    }

    [Fact]
    public void A_guest_that_has_started_again_brings_a_new_key()
    {
        var membership = Joins(Joins(new WireGuardMembership(Self), Members.Of(Parties.Guest(1))), Members.Of(Parties.Guest(1), key: 1));
        Assert.Equal(Members.Key(Parties.Guest(1), 1), Assert.Single(membership.Configuration().Peers).PublicKey);
    }

    [Fact]
    public void The_address_of_another_slot_is_not_believed()
    {
        var claimed = Members.Of(Parties.Guest(1)).Announcement with { Address = OverlayAddress.Of(Parties.Guest(2).Lease) };
        IsRefused(new WireGuardMembership(Self), new WireGuardMember(Parties.Guest(1), claimed), "not its overlay address");
    }

    [Fact]
    public void The_key_of_another_member_is_not_believed()
    {
        var membership = Joins(new WireGuardMembership(Self), Members.Of(Parties.Guest(1)));
        foreach (var owner in new[] { Self, Members.Of(Parties.Guest(1)) })
        {
            var stolen = Members.Of(Parties.Guest(2));
            IsRefused(membership, stolen with { Announcement = stolen.Announcement with { PublicKey = owner.Announcement.PublicKey } }, "announces the key of");
        }
    }

    [Fact]
    public void Nobody_else_is_of_this_guests_slot_or_of_another_order()
    {
        IsRefused(new WireGuardMembership(Self), Members.Of(Parties.Guest(0, epoch: 9)), "own slot");
        IsRefused(new WireGuardMembership(Self), Members.Of(Parties.Guest(1, order: 8)), "another order");
        IsRefused(new WireGuardMembership(Self), Members.Of(Parties.Guest(1)) with { Identity = Parties.Guest(16) }, "cannot be");
    }

    [Fact]
    public void Two_providers_cannot_hold_one_epoch()
    {
        var membership = Joins(new WireGuardMembership(Self), Members.Of(Parties.Guest(1)));
        IsRefused(membership, Members.Of(Parties.Guest(1) with { Provider = Address.Parse("0x" + new string('2', 40)) }), "cannot both");
    }

    [Fact]
    public void Packets_are_shorter_where_a_peer_is_reached_over_IPv6()
    {
        var membership = Joins(new WireGuardMembership(Self), Members.Of(Parties.Guest(1)));
        Assert.Equal(1420, membership.Configuration().Mtu);
        Assert.Equal(1380, Joins(membership, Members.Of(Parties.Guest(2), endpoint: "[2001:db8::1]:51820")).Configuration().Mtu);
    }

    [Fact]
    public void Addresses_of_an_order_lie_in_one_block_of_the_shared_space() => Gen.ULong.Sample(order =>
    {
        var addresses = Enumerable.Range(0, LeaseId.SlotsMax).Select(slot => OverlayAddress.Of(new LeaseId(new OrderId(order), slot))).ToList();
        var block = new IPNetwork(new IPAddress([.. addresses[0].GetAddressBytes()[..3], (byte)(addresses[0].GetAddressBytes()[3] & 0xe0)]), OverlayAddress.PrefixLength);
        Assert.All(addresses, address => Assert.True(block.Contains(address) && IPNetwork.Parse("100.64.0.0/10").Contains(address)));
        Assert.Equal(LeaseId.SlotsMax, addresses.Except([block.BaseAddress]).Distinct().Count());
    });

    [Fact]
    public void The_address_of_a_slot_is_the_same_everywhere() => Assert.Equal("100.115.182.67", OverlayAddress.Of(new LeaseId(new OrderId(7), 2)).ToString());

    [Fact]
    public void An_engine_is_told_to_use_the_overlay_only()
    {
        var engine = EngineEnvironment.For("swg0", IPAddress.Parse("100.64.0.1"));
        Assert.Equal(
            ["GLOO_SOCKET_IFNAME=swg0", "NCCL_IB_DISABLE=1", "NCCL_SOCKET_IFNAME==swg0", "VLLM_HOST_IP=100.64.0.1"],
            engine.Variables.Select(v => $"{v.Key}={v.Value}"));
        Assert.Equal(["--node-ip-address=100.64.0.1"], engine.RayArguments);
    }

    private static WireGuardMembership Fold(IEnumerable<(bool Revokes, SwarmIdentity.Guest Whom)> happenings) => happenings.Aggregate(new WireGuardMembership(Self), Next);

    private static WireGuardMembership Next(WireGuardMembership membership, (bool Revokes, SwarmIdentity.Guest Whom) happening) =>
        happening.Revokes ? membership.Revoke(happening.Whom) : membership.Announce(Members.Of(happening.Whom)) is Joined joined ? joined.Next : membership;

    private static WireGuardMembership Joins(WireGuardMembership membership, WireGuardMember member) => Assert.IsType<Joined>(membership.Announce(member)).Next;

    private static void IsRefused(WireGuardMembership membership, WireGuardMember member, string because) =>
        Assert.Contains(because, Assert.IsType<Refused>(membership.Announce(member)).Reason, StringComparison.Ordinal);
}
