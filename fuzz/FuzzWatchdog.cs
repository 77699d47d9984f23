using System.Diagnostics;

namespace SwarmCompute.Fuzz;

/// <summary>Ends the process, with the input as a finding, where one input does not come to an end.</summary>
internal sealed class FuzzWatchdog : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Period = TimeSpan.FromSeconds(2);
    private readonly Timer _timer;

    /// <param name="campaign">The campaign that is watched.</param>
    /// <param name="found">Told of the input; the process ends when it returns.</param>
    public FuzzWatchdog(FuzzCampaign campaign, Action<InputFault, byte[]> found) => _timer = new Timer(_ =>
    {
        if (campaign.Began is not { } began || Stopwatch.GetElapsedTime(began) < Patience) return;
        found(new("time", $"no end within {Patience.TotalSeconds:F0} s"), campaign.Current);
        Environment.Exit(1);
    }, null, Period, Period);

    public void Dispose() => _timer.Dispose();
}
