using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace SwarmCompute.AbiGenerator;

/// <summary>Writes an event as a record struct that reads itself from a log; of one with members of no fixed size, nothing.</summary>
internal static class EventSource
{
    /// <summary>Adds the type.</summary>
    public static void Write(StringBuilder text, AbiItem item)
    {
        if (!item.Inputs.All(i => i.Type.IsStatic)) return;
        var indexed = item.Inputs.Count(i => i.Indexed);
        var words = item.Inputs.Where(i => !i.Indexed).Sum(i => AbiType.WordsOf(i.Type));
        var hash = item.Hash;
        var reads = string.Join(", ", item.Inputs.Select(i => StructSource.Read(i.Type, i.Indexed ? "topics" : "data")));
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
                public readonly record struct {{item.Name}}Event({{StructSource.Properties(item.Inputs)}})
                {
                    public const string Signature = "{{item.Signature}}";
                    public const ulong Topic0Prefix = 0x{{BinaryPrimitives.ReadUInt64BigEndian(hash):x16}};

                    public static ReadOnlySpan<byte> Topic0 => [{{string.Join(", ", hash.Select(b => $"0x{b:x2}"))}}];

                    public static bool TryRead(in LogWords log, out {{item.Name}}Event value)
                    {
                        value = default;
                        if (log.Topics.Length != {{32 * (indexed + 1)}} || log.Data.Length != {{32 * words}} || !log.Topics[..32].SequenceEqual(Topic0)) return false;
                        var topics = new WordReader(log.Topics[32..]);
                        var data = new WordReader(log.Data);
                        value = new({{reads}});
                        return topics.Valid && data.Valid;
                    }
                }

            """);
    }
}
