using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace SwarmCompute.Fuzz;

/// <summary>
/// The branches that instrumented code went through: a map of 64 KiB that SharpFuzz writes to as AFL's instrumentation does, and what of it
/// was ever seen. Counts are put into eight classes, as AFL does, so that "twice as often" is not new and "many times" is.
/// </summary>
internal sealed unsafe class EdgeMap
{
    private const int Size = 64 * 1024;
    private static readonly byte[] Classes = [.. Enumerable.Range(0, 256).Select(ClassOf)];
    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>A map that instrumented code writes to from here on: it must always have one.</summary>
    public EdgeMap() => Begin();

    /// <summary>How many edges were ever seen.</summary>
    public int Count { get; private set; }

    /// <summary>Begins an execution: instrumented code of this process writes to this map from here on.</summary>
    public void Begin()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.SharedMem = _map;
        Trace.PrevLocation = 0;
    }

    /// <summary>Ends it; whether it went where none went before, or much more often.</summary>
    public bool End()
    {
        var isNew = false;
        var map = new Span<byte>(_map, Size);
        var words = MemoryMarshal.Cast<byte, ulong>(map);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == 0) continue;
            for (var at = i * sizeof(ulong); at < (i + 1) * sizeof(ulong); at++)
            {
                var found = Classes[map[at]];
                if (found == 0 || (_seen[at] & found) == found) continue;
                if (_seen[at] == 0) Count++;
                _seen[at] |= found;
                isNew = true;
            }
        }
        return isNew;
    }

    private static byte ClassOf(int count) => count switch
    {
        0 => 0,
        1 or 2 or 3 => (byte)(1 << (count - 1)),
        _ => (byte)(1 << Math.Min(7, BitOperations.Log2((uint)count) + 1)),
    };
}
