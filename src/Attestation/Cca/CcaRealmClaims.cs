using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>What the Realm Management Monitor says of a realm (Realm Management Monitor specification 1.0, section A7.2.3; draft-ffm-rats-cca-token).</summary>
internal sealed record CcaRealmClaims(
    string Profile, byte[] Challenge, string Personalization, string InitialMeasurement, ImmutableArray<string> ExtensibleMeasurements,
    byte[] KeyClaim, string KeyHashAlgorithm)
{
    /// <summary>The profile of the draft; the first edition of the specification names none.</summary>
    public const string DraftProfile = "tag:arm.com,2023:realm#1.0.0";

    /// <summary>The realm attestation key: a point where there is no profile, a COSE_Key where there is one; null where it is neither.</summary>
    public ECDsa? Key() => Profile.Length == 0 ? CcaCurve.FromPoint(KeyClaim) : CcaCurve.FromCose(KeyClaim);

    /// <summary>The hash of the key, as the platform must have signed it.</summary>
    public byte[] KeyHash() => KeyHashAlgorithm switch
    {
        "sha-256" => SHA256.HashData(KeyClaim),
        "sha-384" => SHA384.HashData(KeyClaim),
        _ => SHA512.HashData(KeyClaim),
    };

    /// <summary>Reads the claims; null, and why, where one is missing or has another form.</summary>
    public static CcaRealmClaims? Read(byte[] payload, out string fault)
    {
        if (CborDocument.Read(payload, out fault) is not { } document) return null;
        fault = "a claim is missing or has another form than its profile says";
        if (document is not CborNode.Map map) return null;
        if (map[265] is not (null or CborNode.Text { Value: DraftProfile }))
        {
            fault = "its profile is not known";
            return null;
        }
        if (map[10] is not CborNode.Bytes { Value.Length: 64 } challenge) return null;
        if (map[44235] is not CborNode.Bytes { Value.Length: 64 } personalization) return null;
        if (Measurement(map[44238]) is not { } initial) return null;
        if (map[44239] is not CborNode.Items { Values.Length: 4 } list) return null;
        var extensible = list.Values.Select(Measurement).ToList();
        if (extensible.Contains(null)) return null;
        if (map[44236] is not CborNode.Text { Value: "sha-256" or "sha-384" or "sha-512" }) return null;
        if (map[44237] is not CborNode.Bytes key) return null;
        if (map[44240] is not CborNode.Text { Value: "sha-256" or "sha-384" or "sha-512" } keyHash) return null;
        fault = "";
        var profile = map[265] is null ? "" : DraftProfile;
        return new(profile, challenge.Value, Convert.ToHexStringLower(personalization.Value), initial, [.. extensible!], key.Value, keyHash.Value);
    }

    private static string? Measurement(CborNode? node) =>
        node is CborNode.Bytes { Value.Length: 32 or 48 or 64 } bytes ? Convert.ToHexStringLower(bytes.Value) : null;
}
