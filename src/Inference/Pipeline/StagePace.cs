using System.Numerics;

namespace SwarmCompute.Inference;

/// <summary>
/// Whether a stage has become slow against itself (a brown-out): it answers, but its server is throttled, swaps or is shared with somebody. Calls are compared
/// with calls alike, by the number of their tokens and of those before them, each to the next power of two.
/// </summary>
internal sealed class StagePace(TimeProvider time)
{
    /// <summary>Calls alike whose median counts.</summary>
    public const int WindowCalls = 16;

    /// <summary>So many times the best median is slow.</summary>
    public const double SlowFactor = 4;

    /// <summary>Every window must have been slow for so long.</summary>
    public static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(20);

    private readonly Dictionary<(int Tokens, int Before), Window> _windows = [];
    private long? _slowSince;
    private volatile int _slowPercent;

    /// <summary>How much longer calls take than their best ones did, in percent, where that has lasted; else 0. May be read on any thread.</summary>
    public int SlowPercent => _slowPercent;

    /// <summary>Takes one call.</summary>
    /// <param name="tokens">Of all sessions in it.</param>
    /// <param name="before">Tokens before it, of all its sessions together.</param>
    /// <param name="took">How long it took.</param>
    public void Observe(int tokens, long before, TimeSpan took)
    {
        var alike = (BitOperations.Log2((uint)Math.Max(1, tokens)), BitOperations.Log2((ulong)Math.Max(1, before)));
        if (!_windows.TryGetValue(alike, out var window)) _windows.Add(alike, window = new Window());
        if (window.Add(took.Ticks) is not { } factor) return;
        if (factor < SlowFactor)
        {
            (_slowSince, _slowPercent) = (null, 0);
            return;
        }
        var now = time.GetTimestamp();
        _slowSince ??= now;
        if (time.GetElapsedTime(_slowSince.Value, now) >= SlowFor) _slowPercent = (int)Math.Min(int.MaxValue, 100 * factor);
    }

    private sealed class Window
    {
        private readonly long[] _ticks = new long[WindowCalls];
        private readonly long[] _sorted = new long[WindowCalls];
        private long _best = long.MaxValue;
        private int _count;

        /// <summary>The median against the best one, whenever the window is full; the next one begins then.</summary>
        public double? Add(long ticks)
        {
            _ticks[_count++] = ticks;
            if (_count < WindowCalls) return null;
            _count = 0;
            _ticks.CopyTo(_sorted, 0);
            Array.Sort(_sorted);
            var median = Math.Max(1, _sorted[WindowCalls / 2]);
            _best = Math.Min(_best, median);
            return (double)median / _best;
        }
    }
}
