using CsCheck;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>Random lives of an order: chain events, guests' reports current and stale, losses, in any order. Whatever happens, the invariants hold.</summary>
public sealed class OrderModelTests
{
    private const int Slots = 2;

    private enum Act { Reconcile, Sync, Attest, Ready, Accuse, Exit, StaleExit, LoseNode, RejoinNode, Close, Report, AttestNext, NextExits, NextIsLost, Drain }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly Gen<(Act Act, int Which)[]> Lives =
        Gen.Select(Pick.One([.. Enum.GetValues<Act>(), Act.Reconcile, Act.Reconcile, Act.Sync, Act.Attest, Act.Ready, Act.AttestNext]), Gen.Int[0, 5]).Array[5, 40];

    [Fact]
    public async Task Whatever_happens_a_slot_has_one_current_lease_epochs_rise_and_settling_is_asked_for_once()
    {
        await using var swarm = await TestSwarm.Start();
        await Lives.SampleAsync(life => Live(swarm, life), iter: 60, threads: 1);
    }

    private static async Task Live(TestSwarm swarm, (Act Act, int Which)[] life)
    {
        swarm.Chain.CutOff(null);
        var order = await swarm.PlaceOrder(Slots, Cancel, standby: true);
        await swarm.Until(order, _ => true, Cancel);
        swarm.Chain.CutOff("only this life's events count");                 // the outbox fills, nothing is sent
        var model = new OrderModel(swarm, order);
        foreach (var (act, which) in life)
        {
            await Do(model, act, which);
            await model.Check(Cancel);
        }
        await model.Reconcile(Cancel);
        await model.Reconcile(Cancel);
        await model.CheckAtRest(Cancel);
        swarm.Chain.CutOff(null);
        await model.End(Cancel);
    }

    private static Task Do(OrderModel model, Act act, int which) => act switch
    {
        Act.Reconcile => model.Reconcile(Cancel),
        Act.Sync => model.Sync(which, Cancel),
        Act.Attest => model.Attest(which % Slots, Cancel),
        Act.Ready => model.Ready(which % Slots, Cancel),
        Act.Accuse => model.Accuse(which % Slots, Cancel),
        Act.Exit => model.Exit(which % Slots, stale: false, Cancel),
        Act.StaleExit => model.Exit(which % Slots, stale: true, Cancel),
        Act.LoseNode => model.LoseNode(which, Cancel),
        Act.RejoinNode => model.RejoinNode(which, Cancel),
        Act.Close => model.Close(Cancel),
        Act.AttestNext => model.AttestNext(which % Slots, Cancel),
        Act.NextExits => model.LoseNext(which % Slots, byHolder: false, Cancel),
        Act.NextIsLost => model.LoseNext(which % Slots, byHolder: true, Cancel),
        Act.Drain => model.Drain(which, Cancel),
        _ => model.Report(Cancel),
    };
}
