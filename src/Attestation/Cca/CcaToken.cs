namespace SwarmCompute.Attestation;

/// <summary>
/// A CCA attestation token: a map of the platform's token (44234) and the realm's (44241) under tag 399 (Realm Management Monitor
/// specification 1.0, section A7.2.3) or, each with its media type, under tag 907 (draft-ffm-rats-cca-token).
/// </summary>
/// <param name="Platform">What the platform signed.</param>
/// <param name="Realm">What the realm's attestation key signed.</param>
internal sealed record CcaToken(CoseSign1 Platform, CoseSign1 Realm)
{
    private const ulong LegacyTag = 399, WrapperTag = 907;
    private const long PlatformKey = 44234, RealmKey = 44241;
    private const long EatCwt = 263;        // application/eat+cwt, IANA CoAP content formats

    /// <summary>Reads a token; null, and why, where it is none.</summary>
    public static CcaToken? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        if (CborDocument.Read(bytes, out fault) is not { } document) return null;
        if (document is not CborNode.Tagged { Tag: LegacyTag or WrapperTag, Content: CborNode.Map { Pairs.Length: 2 } map } tagged)
        {
            fault = "it is not tag 399 or 907 over a map of two";
            return null;
        }
        if (Entry(map[PlatformKey], tagged.Tag) is not { } platformBytes || Entry(map[RealmKey], tagged.Tag) is not { } realmBytes)
        {
            fault = "the platform's or the realm's token is missing, or not in the form of the tag";
            return null;
        }
        if (CoseSign1.Read(platformBytes, out fault) is not { } platform) return Named("the platform's token", ref fault);
        if (CoseSign1.Read(realmBytes, out fault) is not { } realm) return Named("the realm's token", ref fault);
        return new(platform, realm);
    }

    private static byte[]? Entry(CborNode? node, ulong tag) => (tag, node) switch
    {
        (LegacyTag, CborNode.Bytes bytes) => bytes.Value,
        (WrapperTag, CborNode.Items { Values: [CborNode.Integer { Value: EatCwt }, CborNode.Bytes bytes] }) => bytes.Value,
        _ => null,
    };

    private static CcaToken? Named(string what, ref string fault)
    {
        fault = $"{what}: {fault}";
        return null;
    }
}
