using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What the authority answers. A closed union.</summary>
public abstract record CertifyAnswer
{
    private const int CertificateBytesMax = 16 * 1024, ReasonMax = 1000;

    private CertifyAnswer() { }

    /// <summary>The key is certified.</summary>
    /// <param name="Certificate">The certificate (DER).</param>
    /// <param name="LeaseSignature">The authority's signature over the lease, for the chain: 64 bytes.</param>
    /// <param name="Measurement">What the lease names as measured.</param>
    public sealed record Certified(byte[] Certificate, byte[] LeaseSignature, Hash32 Measurement) : CertifyAnswer;

    /// <summary>Evidence is to be made with this nonce.</summary>
    /// <param name="Nonce">The nonce, 32 bytes.</param>
    public sealed record Challenged(byte[] Nonce) : CertifyAnswer;

    /// <summary>The key is not certified.</summary>
    /// <param name="Reason">Why, in one line.</param>
    public sealed record Refused(string Reason) : CertifyAnswer;

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
        Refused no => new JsonObject { ["refused"] = GuestLog.OneLine(no.Reason) },
        _ => throw new InvalidOperationException("There is no fourth answer."),
    });

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none of them; the message is one line.</exception>
    public static CertifyAnswer Parse(ReadOnlyMemory<byte> message)
    {
        var members = CanonicalJson.ParseObject(message, AuthorityFrames.BytesMax);
        var fields = new JsonFields(members, "", "certificate", "leaseSignature", "measurement", "nonce", "refused");
        if (fields.Has("refused")) return new Refused(GuestLog.OneLine(fields.Text("refused", ReasonMax)));
        if (fields.Has("nonce")) return new Challenged(fields.Hex("nonce", Challenges.Size));
        return new Certified(
            fields.Base64("certificate", CertificateBytesMax), fields.Hex("leaseSignature", P256.PairSize), new Hash32(fields.Hex("measurement", Hash32.Size)));
    }
}
