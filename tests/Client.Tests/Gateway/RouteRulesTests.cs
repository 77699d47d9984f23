using CsCheck;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

public sealed class RouteRulesTests
{
    private static readonly Gen<RouteCandidate> Candidate =
        Gen.Select(Gen.Bool, Gen.Int[0, 6], Gen.Long[0, 4], Gen.Int[0, 3], (usable, inFlight, given, seen) => new RouteCandidate(usable, inFlight, given, seen));

    private static readonly Gen<RouteCandidate[]> Candidates = Candidate.Array[0, 6];

    [Fact]
    public void Only_a_usable_replica_is_chosen_and_one_is_where_there_is_one() => Candidates.Sample(candidates =>
    {
        var chosen = RouteRules.Choose(candidates);
        return chosen is { } index ? candidates[index].IsUsable : !candidates.Any(c => c.IsUsable);
    });

    [Fact]
    public void The_chosen_one_is_never_clearly_busier_than_the_least_busy_one() => Candidates.Sample(candidates =>
        RouteRules.Choose(candidates) is not { } index
        || candidates[index].InFlight <= candidates.Where(c => c.IsUsable).Min(c => c.InFlight) + RouteRules.BusierByMax);

    [Fact]
    public void Whoever_saw_more_of_the_prompt_was_clearly_busier() => Candidates.Sample(candidates =>
    {
        if (RouteRules.Choose(candidates) is not { } index) return true;
        var least = candidates.Where(c => c.IsUsable).Min(c => c.InFlight);
        return candidates.Where(c => c.IsUsable && c.BlocksSeen > candidates[index].BlocksSeen).All(c => c.InFlight > least + RouteRules.BusierByMax);
    });

    [Fact]
    public void A_prompt_that_nobody_saw_goes_to_the_least_busy_one_and_among_equals_to_the_one_that_had_fewest() => Candidates.Sample(any =>
    {
        var candidates = any.Select(c => c with { BlocksSeen = 0 }).ToArray();
        if (RouteRules.Choose(candidates) is not { } index) return true;
        var least = candidates.Where(c => c.IsUsable).Min(c => c.InFlight);
        return candidates[index].InFlight == least && candidates[index].Given == candidates.Where(c => c.IsUsable && c.InFlight == least).Min(c => c.Given);
    });

    [Fact]
    public void A_rest_is_what_was_asked_for_within_its_bounds() => Gen.Select(Gen.Int[1, 1000], Gen.Int[-10, 10_000_000]).Sample((refusals, milliseconds) =>
    {
        var asked = TimeSpan.FromMilliseconds(milliseconds);
        var rest = RouteRules.Rest(refusals, asked);
        return asked >= RouteRules.AskedMin && asked <= RouteRules.AskedMax ? rest == asked : rest == RouteRules.AskedMin || rest == RouteRules.AskedMax;
    });

    [Fact]
    public void A_rest_that_nobody_asked_for_doubles_up_to_its_bound()
    {
        Assert.Equal([250, 500, 1000, 2000, 4000, 8000, 8000, 8000], Enumerable.Range(1, 8).Select(refusals => RouteRules.Rest(refusals, null).TotalMilliseconds));
        Assert.Equal(RouteRules.RestMax, RouteRules.Rest(int.MaxValue, null));
    }
}
