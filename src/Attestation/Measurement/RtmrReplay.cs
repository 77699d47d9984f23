using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// Replays an event log into the four run-time measurement registers of a TDX guest (Intel TDX Module 1.5 Base Architecture
/// Specification, section "RTMR: Run-Time Measurement Registers"): each event makes register = SHA-384(register ‖ digest), from zeros.
/// </summary>
public static class RtmrReplay
{
    /// <summary>How many registers there are.</summary>
    public const int Registers = 4;

    /// <summary>Bytes of a register and of a digest.</summary>
    public const int Size = 48;

    /// <summary>The most bytes of a log in any form.</summary>
    public const int LogBytesMax = 4 * 1024 * 1024;

    /// <summary>The most events of a log.</summary>
    public const int EventsMax = 16 * 1024;

    /// <summary>The registers after the events, in the order of their numbers.</summary>
    /// <exception cref="ArgumentException">An event names no register, or its digest has another length; the readers of logs give none such.</exception>
    public static ImmutableArray<byte[]> Replay(IEnumerable<RtmrEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        ImmutableArray<byte[]> registers = [.. Enumerable.Range(0, Registers).Select(_ => new byte[Size])];
        Span<byte> joined = stackalloc byte[2 * Size];
        foreach (var entry in events)
        {
            if (entry.Register is < 0 or >= Registers || entry.Digest.Length != Size)
                throw new ArgumentException($"An event names a register from 0 to {Registers - 1} and has a digest of {Size} bytes.", nameof(events));
            registers[entry.Register].CopyTo(joined);
            entry.Digest.Span.CopyTo(joined[Size..]);
            SHA384.HashData(joined, registers[entry.Register]);
        }
        return registers;
    }
}
