using System.Collections.Immutable;
using System.Formats.Cbor;

namespace SwarmCompute.Attestation;

/// <summary>
/// Reads CBOR in the one encoding that a document can have: definite lengths, shortest heads, no key twice, nothing behind it
/// (RFC 8949, section 4.2.1, but for the order of keys, which known attesters do not keep).
/// </summary>
internal static class CborDocument
{
    /// <summary>How deep items may lie within each other.</summary>
    public const int DepthMax = 8;

    /// <summary>The most items of a document.</summary>
    public const int ItemsMax = 4096;

    /// <summary>Reads one document; null, and why, where it has no such encoding.</summary>
    public static CborNode? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        if (bytes.Length > Evidence.DocumentBytesMax)
        {
            fault = $"it has {bytes.Length} bytes, at most {Evidence.DocumentBytesMax} are read";
            return null;
        }
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Strict);
            var budget = ItemsMax;
            var node = Item(reader, DepthMax, ref budget);
            if (reader.BytesRemaining != 0) throw new CborContentException("bytes follow the document");
            if (!bytes.Span.SequenceEqual(Encode(node))) throw new CborContentException("a length or a number is not in its shortest form");
            fault = "";
            return node;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            fault = e.Message;
            return null;
        }
    }

    private static CborNode Item(CborReader reader, int depth, ref int budget)
    {
        if (depth == 0) throw new CborContentException($"items lie more than {DepthMax} deep");
        if (--budget < 0) throw new CborContentException($"there are more than {ItemsMax} items");
        var state = reader.PeekState();
        return state switch
        {
            CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger => new CborNode.Integer(reader.ReadInt64()),
            CborReaderState.ByteString => new CborNode.Bytes(reader.ReadByteString()),
            CborReaderState.TextString => new CborNode.Text(reader.ReadTextString()),
            CborReaderState.StartArray => Items(reader, depth, ref budget),
            CborReaderState.StartMap => Map(reader, depth, ref budget),
            CborReaderState.Tag => new CborNode.Tagged((ulong)reader.ReadTag(), Item(reader, depth - 1, ref budget)),
            CborReaderState.Boolean or CborReaderState.Null => new CborNode.Simple((byte)reader.ReadSimpleValue()),
            _ => throw new CborContentException($"{state} is not read here"),
        };
    }

    private static CborNode.Items Items(CborReader reader, int depth, ref int budget)
    {
        var count = reader.ReadStartArray() ?? throw new CborContentException("an array has no definite length");
        if (count > budget) throw new CborContentException($"there are more than {ItemsMax} items");
        var values = ImmutableArray.CreateBuilder<CborNode>(count);
        for (var i = 0; i < count; i++) values.Add(Item(reader, depth - 1, ref budget));
        reader.ReadEndArray();
        return new(values.MoveToImmutable());
    }

    private static CborNode.Map Map(CborReader reader, int depth, ref int budget)
    {
        var count = reader.ReadStartMap() ?? throw new CborContentException("a map has no definite length");
        if (count > budget) throw new CborContentException($"there are more than {ItemsMax} items");
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<long, CborNode>>(count);
        for (var i = 0; i < count; i++)
        {
            if (Item(reader, depth - 1, ref budget) is not CborNode.Integer key) throw new CborContentException("a map has a key that is no integer");
            pairs.Add(new(key.Value, Item(reader, depth - 1, ref budget)));
        }
        reader.ReadEndMap();
        return new(pairs.MoveToImmutable());
    }

    /// <summary>The one encoding of what was read.</summary>
    public static byte[] Encode(CborNode node)
    {
        var writer = new CborWriter(CborConformanceMode.Strict);
        Write(writer, node);
        return writer.Encode();
    }

    private static void Write(CborWriter writer, CborNode node)
    {
        switch (node)
        {
            case CborNode.Integer integer: writer.WriteInt64(integer.Value); break;
            case CborNode.Bytes bytes: writer.WriteByteString(bytes.Value); break;
            case CborNode.Text text: writer.WriteTextString(text.Value); break;
            case CborNode.Simple simple: writer.WriteSimpleValue((CborSimpleValue)simple.Value); break;
            case CborNode.Tagged tagged:
                writer.WriteTag((CborTag)tagged.Tag);
                Write(writer, tagged.Content);
                break;
            case CborNode.Items items:
                writer.WriteStartArray(items.Values.Length);
                foreach (var value in items.Values) Write(writer, value);
                writer.WriteEndArray();
                break;
            case CborNode.Map map:
                writer.WriteStartMap(map.Pairs.Length);
                foreach (var (key, value) in map.Pairs)
                {
                    writer.WriteInt64(key);
                    Write(writer, value);
                }
                writer.WriteEndMap();
                break;
            default: throw new InvalidOperationException($"{node.GetType().Name} has no encoding");
        }
    }
}
