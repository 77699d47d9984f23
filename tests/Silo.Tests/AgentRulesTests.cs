using CsCheck;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.Tests;

public sealed class AgentRulesTests
{
    private static readonly Gen<LeaseHold> Holds =
        Gen.Select(Gen.ULong[1, 2], Gen.Int[0, 2], Gen.UInt[1, 3], (order, slot, epoch) => new LeaseHold(new LeaseId(new OrderId(order), slot), new LeaseEpoch(epoch)));

    private static readonly Gen<Assignment[]> Assignments =
        Gen.Select(Holds, Gen.Enum<Directive>(), Assign).Array[0, 6].Select(a => a.DistinctBy(x => (x.Lease, x.Epoch)).ToArray());

    private static readonly Gen<Dictionary<LeaseHold, bool>> Guests = Gen.Dictionary(Holds, Gen.Bool)[0, 6];

    [Fact]
    public void What_should_run_and_does_not_is_launched_once() => Gen.Select(Assignments, Guests).Sample((assignments, guests) =>
    {
        var launched = AgentRules.Plan([.. assignments], guests).OfType<AgentAction.Launch>().Select(a => Hold(a.Assignment)).ToArray();
        Assert.Equal(
            assignments.Where(a => a.Directive != Directive.Stop).Select(Hold).Where(h => !guests.ContainsKey(h)).ToHashSet(),
            launched.ToHashSet());
        Assert.Equal(launched.Length, launched.Distinct().Count());
    });

    [Fact]
    public void A_guest_that_has_ended_is_never_launched_again_while_it_is_asked_for() => Gen.Select(Assignments, Guests).Sample((assignments, guests) =>
        Assert.DoesNotContain(AgentRules.Plan([.. assignments], guests).OfType<AgentAction.Launch>(), a => guests.ContainsKey(Hold(a.Assignment))));

    [Fact]
    public void What_runs_and_should_not_is_stopped_and_nothing_else_is() => Gen.Select(Assignments, Guests).Sample((assignments, guests) =>
    {
        var wanted = assignments.Where(a => a.Directive != Directive.Stop).Select(Hold).ToHashSet();
        var stopped = AgentRules.Plan([.. assignments], guests).OfType<AgentAction.Stop>().Select(a => a.Hold).ToHashSet();
        Assert.Equal(guests.Where(g => !g.Value && !wanted.Contains(g.Key)).Select(g => g.Key).ToHashSet(), stopped);
    });

    [Fact]
    public void An_ended_guest_is_forgotten_only_when_nothing_asks_for_it() => Gen.Select(Assignments, Guests).Sample((assignments, guests) =>
    {
        var asked = assignments.Select(Hold).ToHashSet();
        var forgotten = AgentRules.Plan([.. assignments], guests).OfType<AgentAction.Forget>().Select(a => a.Hold).ToHashSet();
        Assert.Equal(guests.Where(g => g.Value && !asked.Contains(g.Key)).Select(g => g.Key).ToHashSet(), forgotten);
    });

    [Fact]
    public void A_higher_epoch_of_the_same_slot_is_another_guest()
    {
        var lease = new LeaseId(new OrderId(7), 1);
        var actions = AgentRules.Plan([Assign(new LeaseHold(lease, new LeaseEpoch(2)), Directive.Run)], new Dictionary<LeaseHold, bool> { [new(lease, new LeaseEpoch(1))] = false });
        Assert.Collection(
            actions,
            first => Assert.Equal(new AgentAction.Stop(new LeaseHold(lease, new LeaseEpoch(1))), first),
            second => Assert.Equal(2u, Assert.IsType<AgentAction.Launch>(second).Assignment.Epoch.Value));
    }

    private static LeaseHold Hold(Assignment assignment) => new(assignment.Lease, assignment.Epoch);

    private static Assignment Assign(LeaseHold hold, Directive directive) => new()
    {
        Lease = hold.Lease,
        Epoch = hold.Epoch,
        Incarnation = "1",
        Provider = default,
        Offer = default,
        Manifest = [],
        Directive = directive,
    };
}
