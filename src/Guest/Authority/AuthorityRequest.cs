using System.Text.Json.Nodes;

namespace SwarmCompute.Guest.Authority;

/// <summary>What a client asks the authority. A closed union; both need the key of the connection's certificate.</summary>
public abstract record AuthorityRequest
{
    private AuthorityRequest() { }

    /// <summary>Asks for a nonce to have evidence made with.</summary>
    public sealed record Challenge : AuthorityRequest;

    /// <summary>Asks to be certified.</summary>
    /// <param name="Request">As what, and on what evidence.</param>
    public sealed record Certify(CertifyRequest Request) : AuthorityRequest;

    /// <summary>The message's bytes: canonical JSON.</summary>
    public byte[] ToBytes() => this is Certify certify ? certify.Request.ToBytes() : CanonicalJson.Serialize(new JsonObject { ["challenge"] = true });

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is neither; the message is one line.</exception>
    public static AuthorityRequest Parse(ReadOnlyMemory<byte> message) =>
        message.Span.SequenceEqual(new Challenge().ToBytes()) ? new Challenge() : new Certify(CertifyRequest.Parse(message));
}
