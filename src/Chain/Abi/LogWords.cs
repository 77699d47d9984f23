using System.Buffers.Binary;

namespace SwarmCompute.Chain.Abi;

/// <summary>What a log says: its topics, one word of 32 bytes each, and its data.</summary>
/// <param name="topics">The topics, one after the other.</param>
/// <param name="data">The data.</param>
internal readonly ref struct LogWords(ReadOnlySpan<byte> topics, ReadOnlySpan<byte> data)
{
    /// <summary>The topics, one after the other.</summary>
    public ReadOnlySpan<byte> Topics { get; } = topics;

    /// <summary>The data.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>The first eight bytes of the first topic, by which an event is looked up; 0 for a log without one.</summary>
    public ulong Topic0Prefix => Topics.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(Topics);
}
