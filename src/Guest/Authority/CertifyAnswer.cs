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
    public sealed record Certified(byte[] Certificate, byte[] LeaseSignature) : CertifyAnswer;

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
        },
        Refused no => new JsonObject { ["refused"] = GuestLog.OneLine(no.Reason) },
        _ => throw new InvalidOperationException("There is no third answer."),
    });

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is neither answer; the message is one line.</exception>
    public static CertifyAnswer Parse(ReadOnlyMemory<byte> message)
    {
        var members = CanonicalJson.ParseObject(message, AuthorityFrames.BytesMax);
        var fields = new JsonFields(members, "", "certificate", "leaseSignature", "refused");
        return fields.Has("refused")
            ? new Refused(GuestLog.OneLine(fields.Text("refused", ReasonMax)))
            : new Certified(fields.Base64("certificate", CertificateBytesMax), fields.Hex("leaseSignature", P256.PairSize));
    }
}
