using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What the authority answers. A closed union.</summary>
public abstract record AuthorityAnswer
{
    /// <summary>The most bytes of a bundle: what a CVM without its devices needs has some 60 KiB.</summary>
    public const int CollateralBytesMax = 700 * 1024;

    private const int CertificateBytesMax = 16 * 1024, PlatformKeysBytesMax = 16 * 1024, ReasonMax = 1000;

    private AuthorityAnswer() { }

    /// <summary>The key is certified.</summary>
    /// <param name="Certificate">The certificate (DER).</param>
    /// <param name="LeaseSignature">The authority's signature over the lease, for the chain: 64 bytes.</param>
    /// <param name="Measurement">What the lease names as measured.</param>
    public sealed record Certified(byte[] Certificate, byte[] LeaseSignature, Hash32 Measurement) : AuthorityAnswer;

    /// <summary>Evidence is to be made with this nonce.</summary>
    /// <param name="Nonce">The nonce, 32 bytes.</param>
    public sealed record Challenged(byte[] Nonce) : AuthorityAnswer;

    /// <summary>The key is not certified.</summary>
    /// <param name="Reason">Why, in one line.</param>
    /// <param name="IsTransient">Whether only a vendor's word was missing: the same question may be granted later.</param>
    public sealed record Refused(string Reason, bool IsTransient = false) : AuthorityAnswer;

    /// <summary>What evidence must show, as of now.</summary>
    /// <param name="Document">The policy, canonical JSON (<see cref="AttestationPolicy.Parse(ReadOnlyMemory{byte})"/>).</param>
    public sealed record Policy(byte[] Document) : AuthorityAnswer;

    /// <summary>What the vendors say about the evidence, whoever takes it checks it; and the platform keys for it, which are the authority's own word.</summary>
    /// <param name="Bundle">A bundle (<see cref="CollateralBundle"/>).</param>
    public sealed record Collateral(byte[] Bundle) : AuthorityAnswer
    {
        /// <summary>All keys that the authority trusts for the evidence's platform (<see cref="CcaKeys.ReadAll"/>); null where it was given none for any.</summary>
        public byte[]? PlatformKeys { get; init; }
    }

    /// <summary>The message's bytes: canonical JSON.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(this switch
    {
        Certified yes => new JsonObject
        {
            ["certificate"] = Convert.ToBase64String(yes.Certificate),
            ["leaseSignature"] = Convert.ToHexStringLower(yes.LeaseSignature),
            ["measurement"] = yes.Measurement.ToString(),
        },
        Challenged asked => new JsonObject { ["nonce"] = Convert.ToHexStringLower(asked.Nonce) },
        Policy policy => new JsonObject { ["policy"] = Convert.ToBase64String(policy.Document) },
        Collateral { PlatformKeys: { } keys } collateral => new JsonObject
        {
            ["collateral"] = Convert.ToBase64String(collateral.Bundle),
            ["platformKeys"] = Convert.ToBase64String(keys),
        },
        Collateral collateral => new JsonObject { ["collateral"] = Convert.ToBase64String(collateral.Bundle) },
        Refused no => new JsonObject { ["refused"] = GuestLog.OneLine(no.Reason), ["transient"] = no.IsTransient },
        _ => throw new InvalidOperationException("There is no other answer."),
    });

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none of them; the message is one line.</exception>
    public static AuthorityAnswer Parse(ReadOnlyMemory<byte> message)
    {
        var members = CanonicalJson.ParseObject(message, AuthorityFrames.BytesMax);
        var fields = new JsonFields(members, "", "certificate", "leaseSignature", "measurement", "nonce", "policy", "collateral", "platformKeys", "refused", "transient");
        if (fields.Has("refused")) return new Refused(GuestLog.OneLine(fields.Text("refused", ReasonMax)), fields.Flag("transient"));
        if (fields.Has("nonce")) return new Challenged(fields.Hex("nonce", Challenges.Size));
        if (fields.Has("policy")) return new Policy(fields.Base64("policy", AttestationPolicy.BytesMax));
        if (fields.Has("collateral"))
            return new Collateral(fields.Base64("collateral", CollateralBytesMax)) { PlatformKeys = fields.Has("platformKeys") ? fields.Base64("platformKeys", PlatformKeysBytesMax) : null };
        return new Certified(
            fields.Base64("certificate", CertificateBytesMax), fields.Hex("leaseSignature", P256.PairSize), new Hash32(fields.Hex("measurement", Hash32.Size)));
    }
}
