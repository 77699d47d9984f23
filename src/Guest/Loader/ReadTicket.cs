using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SwarmCompute.Guest.Loader;

/// <summary>Step 1: the ticket has its form, and every value is in range.</summary>
internal static class ReadTicket
{
    /// <summary>The most bytes of a ticket.</summary>
    public const int BytesMax = 256 * 1024;

    private const int PathMax = 4096, EndpointMax = 300, CertificateBytesMax = 16 * 1024;

    /// <exception cref="GuestException">It is not a ticket.</exception>
    public static Ticket Run(ReadOnlyMemory<byte> line)
    {
        try
        {
            return Read(line);
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            throw new GuestException($"The ticket is refused: {fault.Message}", fault);
        }
    }

    private static Ticket Read(ReadOnlyMemory<byte> line)
    {
        var fields = new JsonFields(
            CanonicalJson.ParseObject(line, BytesMax), "", "lease", "epoch", "provider", "offer", "chainId", "orderBook", "manifest", "authority", "silo",
            "assetDirectory", "workDirectory", "listenAddress", "nativeLibraryDirectory");
        var authority = new JsonFields(fields.Object("authority"), "authority.", "endpoint", "rootCertificate");
        var silo = new JsonFields(fields.Object("silo"), "silo.", "endpoint", "node");
        return new Ticket
        {
            Lease = LeaseId.Parse(fields.Text("lease", 32)),
            Epoch = new LeaseEpoch((uint)fields.Integer("epoch", 1, uint.MaxValue)),
            Provider = Address.Parse(fields.Text("provider", 42)),
            Offer = new OfferId((ulong)fields.Integer("offer", 1, CanonicalJson.IntegerMax)),
            ChainId = (ulong)fields.Integer("chainId", 1, CanonicalJson.IntegerMax),
            OrderBook = Address.Parse(fields.Text("orderBook", 42)),
            Manifest = Encoding.UTF8.GetBytes(fields.Text("manifest", ManifestLimits.BytesMax)),
            Authority = EndpointText.Parse(authority.Text("endpoint", EndpointMax)),
            Root = X509CertificateLoader.LoadCertificate(authority.Base64("rootCertificate", CertificateBytesMax)),
            Silo = EndpointText.Parse(silo.Text("endpoint", EndpointMax)),
            Node = new NodeId(silo.Text("node", NodeId.LengthMax)),
            AssetDirectory = fields.Text("assetDirectory", PathMax),
            WorkDirectory = fields.Text("workDirectory", PathMax),
            ListenAddress = IPAddress.TryParse(fields.Text("listenAddress", 64), out var address)
                ? address
                : throw new FormatException("field 'listenAddress' must be an IP address."),
            NativeLibraryDirectory = fields.Text("nativeLibraryDirectory", PathMax),
        };
    }
}
