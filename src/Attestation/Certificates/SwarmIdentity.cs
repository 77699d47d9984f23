using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Who a certificate of the authority names: one URI in its subject alternative name, in exactly one spelling.</summary>
public abstract record SwarmIdentity
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int UriTag = 6;                                            // GeneralName [6], RFC 5280 section 4.2.1.6

    private SwarmIdentity() { }

    /// <summary>A guest: the one CVM that holds this lease at this epoch.</summary>
    /// <param name="Order">The order.</param>
    /// <param name="Slot">The slot, 0 (the head) to <see cref="LeaseId.SlotsMax"/> - 1.</param>
    /// <param name="Epoch">The lease's fencing number.</param>
    /// <param name="Provider">The account that is paid for the lease.</param>
    public sealed record Guest(OrderId Order, int Slot, LeaseEpoch Epoch, Address Provider) : SwarmIdentity
    {
        /// <summary>The lease that the guest holds.</summary>
        public LeaseId Lease => new(Order, Slot);

        /// <inheritdoc/>
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"swarm://order/{Order}/slot/{Slot}/epoch/{Epoch}/provider/{Provider}");
    }

    /// <summary>A silo: the coordinating process of one node.</summary>
    /// <param name="Node">The node.</param>
    public sealed record Silo(NodeId Node) : SwarmIdentity
    {
        /// <inheritdoc/>
        public override string ToString() => $"swarm://silo/{Node}";
    }

    /// <summary>The service that certifies guests.</summary>
    public sealed record Authority : SwarmIdentity
    {
        /// <inheritdoc/>
        public override string ToString() => "swarm://authority";
    }

    /// <summary>Reads the URI form; null where the text is not exactly what <see cref="object.ToString"/> writes.</summary>
    public static SwarmIdentity? TryParse(string uri)
    {
        if (uri.Length > 256) return null;
        try
        {
            var identity = Parse(uri.Split('/'));
            return identity?.ToString() == uri ? identity : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Reads the identity of a certificate; null where it names none, several, or one in another spelling. Judges no signature.</summary>
    public static SwarmIdentity? TryRead(X509Certificate2 certificate)
    {
        var extensions = certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName).ToList();
        if (extensions.Count != 1) return null;
        try
        {
            var names = new AsnReader(extensions[0].RawData, AsnEncodingRules.DER).ReadSequence();
            var uriTag = new Asn1Tag(TagClass.ContextSpecific, UriTag);
            if (!names.HasData || !names.PeekTag().HasSameClassAndValue(uriTag)) return null;
            var uri = names.ReadCharacterString(UniversalTagNumber.IA5String, uriTag);
            return names.HasData ? null : TryParse(uri);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    internal X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);                    // not SubjectAlternativeNameBuilder: System.Uri would add a slash
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, ToString(), new Asn1Tag(TagClass.ContextSpecific, UriTag));
        return new X509Extension(SubjectAlternativeName, writer.Encode(), critical: true);
    }

    private static SwarmIdentity? Parse(string[] parts) => parts switch
    {
        ["swarm:", "", "order", var order, "slot", var slot, "epoch", var epoch, "provider", var provider] =>
            LeaseId.Parse($"{order}/{slot}") is var lease && uint.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Guest(lease.Order, lease.Slot, new LeaseEpoch(number), Address.Parse(provider))
                : null,
        ["swarm:", "", "silo", var node] => new Silo(new NodeId(node)),
        ["swarm:", "", "authority"] => new Authority(),
        _ => null,
    };
}
