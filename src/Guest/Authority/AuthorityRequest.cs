using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What a client asks the authority. A closed union.</summary>
public abstract record AuthorityRequest
{
    private AuthorityRequest() { }

    /// <summary>Asks for a nonce to have evidence made with.</summary>
    public sealed record Challenge : AuthorityRequest;

    /// <summary>Asks to be certified.</summary>
    /// <param name="Request">As what, and on what evidence.</param>
    public sealed record Certify(CertifyRequest Request) : AuthorityRequest;

    /// <summary>Asks what evidence must show, as of now.</summary>
    public sealed record Policy : AuthorityRequest;

    /// <summary>Asks what the vendors say about a peer's evidence.</summary>
    /// <param name="Evidence">The evidence, without its devices.</param>
    public sealed record Collateral(Evidence Evidence) : AuthorityRequest;

    /// <summary>The message's bytes: canonical JSON.</summary>
    public byte[] ToBytes() => this switch
    {
        Challenge => CanonicalJson.Serialize(new JsonObject { ["challenge"] = true }),
        Policy => CanonicalJson.Serialize(new JsonObject { ["policy"] = true }),
        Collateral collateral => CanonicalJson.Serialize(new JsonObject { ["collateral"] = Convert.ToBase64String(EvidenceExtension.Encode(collateral.Evidence)) }),
        Certify certify => certify.Request.ToBytes(),
        _ => throw new InvalidOperationException("There is no other request."),
    };

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none of them; the message is one line.</exception>
    public static AuthorityRequest Parse(ReadOnlyMemory<byte> message)
    {
        var members = CanonicalJson.ParseObject(message, AuthorityFrames.BytesMax);
        if (members.ContainsKey("challenge")) return Bare(members, new Challenge());
        if (members.ContainsKey("policy")) return Bare(members, new Policy());
        if (!members.ContainsKey("collateral")) return new Certify(CertifyRequest.Parse(members));
        var fields = new JsonFields(members, "", "collateral");
        var evidence = EvidenceExtension.TryDecode(fields.Base64("collateral", EvidenceExtension.BytesMax));
        return new Collateral(evidence ?? throw new FormatException("field 'collateral' must be evidence as certificates carry it."));
    }

    private static AuthorityRequest Bare(JsonObject members, AuthorityRequest request) =>
        CanonicalJson.Serialize(members).AsSpan().SequenceEqual(request.ToBytes()) ? request : throw new FormatException("it has more, or other, members than such a request.");
}
