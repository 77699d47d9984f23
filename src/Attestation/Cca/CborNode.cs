using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>An item of CBOR (RFC 8949, section 3) of the kinds that tokens are made of.</summary>
internal abstract record CborNode
{
    private CborNode() { }

    /// <summary>An integer, major types 0 and 1.</summary>
    public sealed record Integer(long Value) : CborNode;

    /// <summary>A byte string, major type 2.</summary>
    public sealed record Bytes(byte[] Value) : CborNode;

    /// <summary>A text, major type 3.</summary>
    public sealed record Text(string Value) : CborNode;

    /// <summary>An array, major type 4.</summary>
    public sealed record Items(ImmutableArray<CborNode> Values) : CborNode;

    /// <summary>A map whose keys are integers, major type 5, in the order of the document.</summary>
    public sealed record Map(ImmutableArray<KeyValuePair<long, CborNode>> Pairs) : CborNode
    {
        /// <summary>The value under a key; null where there is none.</summary>
        public CborNode? this[long key]
        {
            get
            {
                foreach (var pair in Pairs)
                    if (pair.Key == key) return pair.Value;
                return null;
            }
        }
    }

    /// <summary>A tagged item, major type 6.</summary>
    public sealed record Tagged(ulong Tag, CborNode Content) : CborNode;

    /// <summary>False, true, null, major type 7.</summary>
    public sealed record Simple(byte Value) : CborNode;
}
