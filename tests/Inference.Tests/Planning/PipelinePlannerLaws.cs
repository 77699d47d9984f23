using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class PipelinePlannerLaws
{
    private const double Near = 1e-9, Tick = 1e-6;

    [Fact]
    public void A_plan_covers_every_layer_once_with_distinct_nodes_within_their_memory() => PlanRequests.Random(12, 20).Sample(request =>
    {
        if (PipelinePlanner.Plan(request) is not PlanOutcome.Planned { Plan.Stages: var stages }) return;
        Assert.Equal(Enumerable.Range(0, request.Model.Layers.Length), stages.SelectMany(stage => Enumerable.Range(stage.Layers.First, stage.Layers.Count)));
        Assert.Equal(stages.Length, stages.Select(stage => stage.Node).Distinct().Count());
        Assert.InRange(stages.Length, 1, LeaseId.SlotsMax);
        Assert.All(stages, stage => Assert.True(stage.MemoryBytes <= request.Candidates.Single(node => node.Node == stage.Node).MemoryBytes));
    }, iter: 300);

    [Fact]
    public void A_plan_is_as_good_as_the_best_of_all_orders_and_cuts() => PlanRequests.Random(4, 7).Sample(request =>
    {
        var (best, outcome) = (BruteForce.Best(request), PipelinePlanner.Plan(request));
        if (best is null)
        {
            Assert.IsType<PlanOutcome.Refused>(outcome);
            return;
        }
        var plan = Assert.IsType<PlanOutcome.Planned>(outcome).Plan;
        Assert.InRange(plan.AnswerTime.TotalSeconds, best.Value.Total - 1e-3, best.Value.Total + 1e-3);
        if (request.Aim == PlanAim.Throughput) Assert.InRange(request.AnswerTokens / plan.TokensPerSecond, best.Value.Peak * (1 - Near), best.Value.Peak * (1 + Near));
    }, iter: 1000);

    [Fact]
    public void One_more_node_never_makes_a_plan_worse() => PlanRequests.Random(6, 8).Where(request => request.Candidates.Length > 1).Sample(request =>
    {
        var fewer = PipelinePlanner.Plan(request with { Candidates = request.Candidates[1..] });
        if (fewer is not PlanOutcome.Planned { Plan: var before }) return;
        var after = Assert.IsType<PlanOutcome.Planned>(PipelinePlanner.Plan(request)).Plan;
        if (request.Aim == PlanAim.Latency) Assert.True(after.AnswerTime.TotalSeconds <= before.AnswerTime.TotalSeconds + 1e-4);
        else Assert.True(after.TokensPerSecond >= before.TokensPerSecond * (1 - Near));
    }, iter: 400);

    [Fact]
    public void Nodes_and_links_that_are_twice_as_fast_halve_every_time() => PlanRequests.Random(5, 8).Sample(request =>
    {
        var faster = request with
        {
            Candidates = [.. request.Candidates.Select(node => node with { DecodeLayersPerSecond = 2 * node.DecodeLayersPerSecond, PrefillLayersPerSecond = 2 * node.PrefillLayersPerSecond, ClientRoundTrip = node.ClientRoundTrip / 2 })],
            Links = [.. request.Links.Select(link => link with { RoundTrip = link.RoundTrip / 2, BytesPerSecond = 2 * link.BytesPerSecond })],
        };
        if (PipelinePlanner.Plan(request) is not PlanOutcome.Planned { Plan: var slow }) return;
        var fast = Assert.IsType<PlanOutcome.Planned>(PipelinePlanner.Plan(faster)).Plan;
        Assert.Equal(slow.Stages.Select(stage => (stage.Node, stage.Layers)), fast.Stages.Select(stage => (stage.Node, stage.Layers)));
        Assert.InRange(fast.TokenTime.TotalSeconds, slow.TokenTime.TotalSeconds / 2 - Tick, slow.TokenTime.TotalSeconds / 2 + Tick);
        Assert.InRange(fast.TokensPerSecond, 2 * slow.TokensPerSecond * (1 - Near), 2 * slow.TokensPerSecond * (1 + Near));
    }, iter: 300);

    [Fact]
    public void The_order_in_which_nodes_are_given_changes_nothing() => PlanRequests.Random(11, 8).Sample(request =>
    {
        var other = request with { Candidates = [.. request.Candidates.Reverse()], Links = [.. request.Links.Reverse()] };
        Assert.Equal(Text(PipelinePlanner.Plan(request)), Text(PipelinePlanner.Plan(other)));
    }, iter: 100);

    private static string Text(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.Planned { Plan: var plan } => string.Join('\n', plan.Stages) + plan.TokenTime,
        PlanOutcome.Refused refused => string.Join('\n', refused.Reasons) + refused.Cure,
        _ => throw new InvalidOperationException("The union is closed."),
    };
}
