using System.Diagnostics;
using SwarmCompute.Attestation;

namespace SwarmCompute.Bench;

/// <summary>
/// What a verdict over evidence costs on one thread, against the signatures that it cannot avoid, taking turns in one run: cold, when nothing
/// of the platform was seen before, and warm, when its chain and collateral were; and what a verdict over changed bytes costs.
/// </summary>
internal static class EvidenceBench
{
    private const int Rounds = 30, WarmARound = 40, ColdRounds = 60, Mutants = 2000;
    private const double RatioTarget = 1.5, MutantTargetMs = 5;

    /// <returns>Whether all evidence was accepted.</returns>
    public static async Task<bool> Run(string? vectors, CancellationToken cancel)
    {
        await Report.SayMachine(cancel);
        var cases = EvidenceMints.Cases().Concat(vectors is null ? [] : EvidenceVectors.Cases(vectors)).ToList();
        foreach (var one in cases)
            if (one.Cold() is { Verdict: Verdict.Refused } refused)
            {
                Report.Say($"{one.Name} is refused, nothing is measured: {refused.Why}");
                return false;
            }
        foreach (var one in cases)
        {
            Measure(one);
            cancel.ThrowIfCancellationRequested();
        }
        return true;
    }

    private static void Measure(EvidenceCase one)
    {
        List<double> warm = [], raw = [], cold = [];
        Round(one, 300, [], []);                                                   // compiles the code
        for (var round = 0; round < Rounds; round++) Round(one, WarmARound, warm, raw);
        var bytes = Bytes(() => one.Warm(0));
        for (var round = 0; round < ColdRounds; round++) cold.Add(Cold(one));
        var (ratio, best) = (Report.Median(warm) / Report.Median(raw), warm.Min() / raw.Min());
        Report.Say($"{one.Name}: warm {Report.Median(warm):F3} ms (best {warm.Min():F3}), {bytes:N0} bytes allocated; target {one.TargetMs:F1}: {Word(Report.Median(warm) <= one.TargetMs)}");
        Report.Say($"  {one.RawName}: {Report.Median(raw):F3} ms (best {raw.Min():F3}); ratio {ratio:F2} (best {best:F2}); target {RatioTarget:F1}: {Word(ratio <= RatioTarget)}");
        Report.Say($"  cold {Report.Median(cold):F3} ms (best {cold.Min():F3}), {Bytes(() => { Forget(); return one.Cold(); }):N0} bytes allocated");
        if (one.Mutant is { } mutant) MeasureMutants(mutant);
    }

    private static void MeasureMutants(Func<Random, AttestationResult> mutant)
    {
        var random = new Random(1);
        var times = new List<double>();
        var accepted = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var began = Stopwatch.GetTimestamp();
            if (mutant(random).Verdict == Verdict.Accepted) accepted++;
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        Report.Say($"  {Mutants:N0} mutants: median {Report.Median(times):F3} ms, p99 {Report.Quantile(times, 0.99):F3}, {accepted} accepted; target {MutantTargetMs:F0}: {Word(Report.Median(times) <= MutantTargetMs && accepted == 0)}");
    }

    private static void Round(EvidenceCase one, int count, List<double> warm, List<double> raw)
    {
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var result = one.Warm(i);
            warm.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (result.Verdict != Verdict.Accepted) throw new InvalidOperationException($"{one.Name} is refused: {result.Why}");
        }
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var holds = one.Raw(i);
            raw.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!holds) throw new InvalidOperationException($"{one.Name}: the signature alone does not hold.");
        }
    }

    private static double Cold(EvidenceCase one)
    {
        Forget();
        var began = Stopwatch.GetTimestamp();
        one.Cold();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static void Forget()
    {
        PkiKey.Forget();
        PckChain.Forget();
        PkiChain.Forget();
        NvidiaRim.Forget();
        OcspResponse.Forget();
    }

    private static long Bytes(Func<AttestationResult> verdict)
    {
        verdict();
        var before = GC.GetAllocatedBytesForCurrentThread();
        verdict();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Word(bool isMet) => isMet ? "met" : "missed";
}
