using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>What a PCK certificate says about its platform (Intel SGX PCK Certificate and CRL Profile, extension 1.2.840.113741.1.13.1).</summary>
public sealed class PckPlatform
{
    /// <summary>The extension.</summary>
    public const string ExtensionOid = "1.2.840.113741.1.13.1";

    private const int ComponentsCount = 16;
    private readonly int[] _components = new int[ComponentsCount];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private PckPlatform()
    {
    }

    /// <summary>Names the platform (16 bytes).</summary>
    public ReadOnlyMemory<byte> Ppid { get; private set; }

    /// <summary>The 16 SVNs of the platform's components.</summary>
    public ReadOnlySpan<int> Components => _components;

    /// <summary>The SVN of the provisioning certification enclave.</summary>
    public int PceSvn { get; private set; }

    /// <summary>The processor's SVN (16 bytes).</summary>
    public ReadOnlyMemory<byte> CpuSvn { get; private set; }

    /// <summary>Names the provisioning certification enclave (2 bytes).</summary>
    public ReadOnlyMemory<byte> PceId { get; private set; }

    /// <summary>Names family, model, stepping, platform and custom SKU (6 bytes): which TCB info concerns it.</summary>
    public ReadOnlyMemory<byte> Fmspc { get; private set; }

    /// <summary>0 standard, 1 scalable, 2 scalable with integrity.</summary>
    public int SgxType { get; private set; }

    /// <summary>Names the installation of a platform of several packages (16 bytes); empty where the processor's authority certified it.</summary>
    public ReadOnlyMemory<byte> PlatformInstanceId { get; private set; }

    /// <summary>Dynamic platform, cached keys, SMT enabled; null where it does not say.</summary>
    public ImmutableArray<bool?> Configuration { get; private set; } = [null, null, null];

    /// <summary>Reads the extension of a certificate; false where it has none or another form.</summary>
    public static bool TryParse(PkiCertificate certificate, out PckPlatform? platform)
    {
        platform = null;
        if (!certificate.TryGetExtension(ExtensionOid, out var value)) return false;
        try
        {
            var parsed = new PckPlatform();
            var reader = new AsnReader(value, AsnEncodingRules.DER);
            parsed.ReadSequence(reader.ReadSequence());
            reader.ThrowIfNotEmpty();
            if (!parsed.IsComplete()) return false;
            platform = parsed;
            return true;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }

    private bool IsComplete()
    {
        for (var i = 1; i <= 5; i++)
            if (!_seen.Contains($"{ExtensionOid}.{i}")) return false;
        for (var i = 1; i <= ComponentsCount + 2; i++)
            if (!_seen.Contains($"{ExtensionOid}.2.{i}")) return false;
        return true;
    }

    private void ReadSequence(AsnReader sequence)
    {
        while (sequence.HasData)
        {
            var item = sequence.ReadSequence();
            var oid = item.ReadObjectIdentifier();
            if (!oid.StartsWith(ExtensionOid + ".", StringComparison.Ordinal)) throw new AsnContentException("An identifier is not known.");
            if (!_seen.Add(oid)) throw new AsnContentException("An identifier comes twice.");
            ReadItem(oid[(ExtensionOid.Length + 1)..], item);
            item.ThrowIfNotEmpty();
        }
    }

    private void ReadItem(string name, AsnReader item)
    {
        switch (name)
        {
            case "1": Ppid = Octets(item, 16); break;
            case "2": ReadTcb(item.ReadSequence()); break;
            case "3": PceId = Octets(item, 2); break;
            case "4": Fmspc = Octets(item, 6); break;
            case "5": SgxType = item.ReadEnumeratedBytes().Span is [var type] ? type : throw new AsnContentException("The type has another form."); break;
            case "6": PlatformInstanceId = Octets(item, 16); break;
            case "7": ReadConfiguration(item.ReadSequence()); break;
            default: item.ReadEncodedValue(); break;
        }
    }

    private void ReadTcb(AsnReader tcb)
    {
        while (tcb.HasData)
        {
            var item = tcb.ReadSequence();
            var oid = item.ReadObjectIdentifier();
            if (!oid.StartsWith(ExtensionOid + ".2.", StringComparison.Ordinal) || !_seen.Add(oid)) throw new AsnContentException("A component comes twice.");
            if (!int.TryParse(oid.AsSpan(ExtensionOid.Length + 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new AsnContentException("A component has another form.");
            if (number is >= 1 and <= ComponentsCount) _components[number - 1] = Svn(item);
            else if (number == 17) PceSvn = Svn(item);
            else if (number == 18) CpuSvn = Octets(item, 16);
            else throw new AsnContentException("A component is not known.");
            item.ThrowIfNotEmpty();
        }
    }

    private void ReadConfiguration(AsnReader configuration)
    {
        var flags = new bool?[3];
        while (configuration.HasData)
        {
            var item = configuration.ReadSequence();
            var oid = item.ReadObjectIdentifier();
            var index = oid switch { ExtensionOid + ".7.1" => 0, ExtensionOid + ".7.2" => 1, ExtensionOid + ".7.3" => 2, _ => -1 };
            if (index >= 0) flags[index] = item.ReadBoolean();
            else item.ReadEncodedValue();
        }
        Configuration = [.. flags];
    }

    private static int Svn(AsnReader item) =>
        item.TryReadInt32(out var svn) && svn is >= 0 and <= ushort.MaxValue ? svn : throw new AsnContentException("An SVN is out of its range.");

    private static ReadOnlyMemory<byte> Octets(AsnReader item, int length) =>
        item.TryReadPrimitiveOctetString(out var octets) && octets.Length == length ? octets : throw new AsnContentException("A field has another length.");
}
