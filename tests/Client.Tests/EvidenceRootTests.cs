using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class EvidenceRootTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Either_of_NVIDIA_s_roots_stands_for_both_and_another_takes_their_place()
    {
        var own = NvidiaRoots.Default;
        Assert.Equal(own, EvidenceRoot.OfDevices(own.Device));
        Assert.Equal(own, EvidenceRoot.OfDevices(own.Rim));
        var other = Hash32.Sha256([1]);
        Assert.Equal(new NvidiaRoots(other, other), EvidenceRoot.OfDevices(other));
        Assert.Equal(own, EvidenceBundle.Roots(own.Device).Nvidia);
    }

    [Theory]
    [InlineData(EvidenceKind.Snp, 2)]
    [InlineData(EvidenceKind.Nvidia, 1)]
    public void A_root_that_is_named_completes_AMD_s_chain(string kind, int documents)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = new CertificateRequest("CN=Root", key, HashAlgorithmName.SHA256).CreateSelfSigned(At, At.AddDays(1));
        var path = Path.Combine(Directory.CreateTempSubdirectory("swarm-root").FullName, "root.pem");
        File.WriteAllText(path, root.ExportCertificatePem());
        var trusted = EvidenceRoot.Trust(new() { Kind = kind, Evidence = default, Endorsements = [new byte[1]], At = At }, path);
        Assert.Equal((Hash32.Sha256(root.RawData), documents), (trusted.Root!.Value, trusted.Endorsements.Count));
        Assert.Equal(kind == EvidenceKind.Snp, trusted.Endorsements[^1].Span.SequenceEqual(root.RawData));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
