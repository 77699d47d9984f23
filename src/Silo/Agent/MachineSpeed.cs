using System.Numerics;
using System.Runtime.InteropServices;

namespace SwarmCompute.Silo.Agent;

/// <summary>What one processor of this machine does, measured in some tenths of a second. The best of several rounds counts: what else runs here makes rounds slower, never faster.</summary>
/// <param name="BytesPerSecond">Bytes of memory read: a token of an answer waits for a stage's weights to be read once.</param>
/// <param name="OperationsPerSecond">Single-precision additions and multiplications: a prompt waits for those.</param>
internal sealed record MachineSpeed(double BytesPerSecond, double OperationsPerSecond)
{
    private const int BytesRead = 64 << 20;                                  // more than a processor's own caches keep
    private const int Rounds = 5, Turns = 200_000, Chains = 8;

    public static MachineSpeed Measure(TimeProvider time)
    {
        var memory = new float[BytesRead / sizeof(float)];
        memory.AsSpan().Fill(1);
        return new MachineSpeed(BytesRead / Shortest(() => Read(memory), time), 2.0 * Turns * Chains * Vector<float>.Count / Shortest(Compute, time));
    }

    /// <summary>Seconds of the quickest round. The work's result is looked at, so that it must be done.</summary>
    private static double Shortest(Func<float> work, TimeProvider time) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        var begun = time.GetTimestamp();
        return work() > 0 ? time.GetElapsedTime(begun).TotalSeconds : throw new InvalidOperationException("A measure of the machine's speed came to nothing.");
    });

    private static float Read(float[] memory)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(memory);
        var (even, odd) = (Vector<float>.Zero, Vector<float>.Zero);
        for (var at = 0; at + 1 < vectors.Length; at += 2) (even, odd) = (even + vectors[at], odd + vectors[at + 1]);
        return Vector.Sum(even + odd);
    }

    private static float Compute()
    {
        Span<Vector<float>> chains = stackalloc Vector<float>[Chains];       // independent, so that none waits for another
        chains.Fill(new Vector<float>(1));
        var (factor, addend) = (new Vector<float>(0.999f), new Vector<float>(0.001f));
        for (var turn = 0; turn < Turns; turn++)
            for (var chain = 0; chain < Chains; chain++) chains[chain] = Vector.FusedMultiplyAdd(chains[chain], factor, addend);
        var sum = Vector<float>.Zero;
        foreach (var chain in chains) sum += chain;
        return Vector.Sum(sum);
    }
}
