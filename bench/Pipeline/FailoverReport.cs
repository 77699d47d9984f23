namespace SwarmCompute.Bench;

/// <summary>What the fail-over's bench found.</summary>
/// <param name="StallMs">The wait for the one token, where what was kept is replayed into an empty successor.</param>
/// <param name="StandbyStallMs">The same where a standby has followed the stage.</param>
/// <param name="StandbyRestMs">Of it: from the new map to the token.</param>
/// <param name="TokenMs">The wait for an ordinary token.</param>
/// <param name="TokensEqual">Whether every answer was that of the undisturbed run.</param>
internal sealed record FailoverReport(string Model, int Kills, FailoverReport.Spread StallMs, FailoverReport.Spread StandbyStallMs,
    FailoverReport.Spread StandbyRestMs, bool TokensEqual,
    FailoverReport.Spread DetectionMs, FailoverReport.Spread TakeoverMs, FailoverReport.Spread ReplayMs, FailoverReport.Spread TokenMs, MachineFigures Machine)
{
    public static FailoverReport Of(
        string model, IReadOnlyCollection<Stall> stalls, IReadOnlyCollection<Stall> standby, IEnumerable<double> ordinaryMs, bool equal, MachineFigures machine) =>
        new(model, stalls.Count, Spread.Of(stalls.Select(s => s.TotalMs)), Spread.Of(standby.Select(s => s.TotalMs)),
            Spread.Of(standby.Select(s => s.ReplayMs)), equal, Spread.Of(stalls.Select(s => s.DetectionMs)),
            Spread.Of(stalls.Select(s => s.TakeoverMs)), Spread.Of(stalls.Select(s => s.ReplayMs)), Spread.Of(ordinaryMs), machine);

    /// <summary>The same for people.</summary>
    public void Say()
    {
        Report.Say($"llama.cpp {Machine.LlamaCpp}, {Machine.Cores} cores, load {Machine.LoadBefore} to {Machine.LoadAfter}, .NET {Machine.DotNet}");
        Report.Say($"{Model}, 3 stages of one thread, {Kills} kills at 300 tokens of context; ms, p50 (most)");
        Report.Say($"  an ordinary token {TokenMs}");
        Report.Say($"  the token that waits {StallMs}: {StallMs.P50 / TokenMs.P50:F0} times an ordinary one");
        Report.Say($"    of it: detection {DetectionMs}, takeover {TakeoverMs}, links and replay {ReplayMs}");
        Report.Say($"  with a standby {StandbyStallMs}: {StandbyStallMs.P50 / TokenMs.P50:F0} times; of it links, what came later, and the token {StandbyRestMs}");
        Report.Say($"  answers as without a kill: {(TokensEqual ? "yes" : "NO")}");
    }

    /// <summary>The median and the most; nulls where there is nothing.</summary>
    internal sealed record Spread(double? P50, double? Max)
    {
        public static Spread Of(IEnumerable<double> values)
        {
            var list = values.ToList();
            return list.Count == 0 ? new Spread(null, null) : new Spread(Report.Median(list), list.Max());
        }

        public override string ToString() => P50 is null ? "not measured" : FormattableString.Invariant($"{P50:F1} ({Max:F1})");
    }
}
