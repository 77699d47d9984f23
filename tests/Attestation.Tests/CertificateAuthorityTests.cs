using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("authority-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_saved_root_is_loaded_as_the_same_root()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        authority.Save(_directory.FullName);
        using var loaded = CertificateAuthority.Load(_directory.FullName, TimeProvider.System);

        Assert.Equal(authority.KeyHash, loaded.KeyHash);
        Assert.Equal(authority.Root.RawData, loaded.Root.RawData);
        using var key = P256.CreateKey();
        using var leaf = loaded.Issue(new SwarmIdentity.Authority(), key, TimeSpan.FromHours(1));
        Assert.Null(PeerCertificate.Refusal(leaf, authority.Root, TimeProvider.System.GetUtcNow(), out _));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_private_key_file_is_for_its_owner_alone()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        authority.Save(_directory.FullName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory.FullName, CertificateAuthority.KeyFile)));
    }

    [Fact]
    public void A_root_is_never_overwritten()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        authority.Save(_directory.FullName);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        Assert.Throws<IOException>(() => other.Save(_directory.FullName));
    }

    [Fact]
    public void A_key_and_a_certificate_of_two_roots_are_refused()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        authority.Save(_directory.FullName);
        File.WriteAllBytes(Path.Combine(_directory.FullName, CertificateAuthority.CertificateFile), other.Root.RawData);
        Assert.Throws<CryptographicException>(() => CertificateAuthority.Load(_directory.FullName, TimeProvider.System));
    }

    [Fact]
    public void A_certificate_never_outlives_its_root()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        using var leaf = authority.Issue(new SwarmIdentity.Authority(), key, TimeSpan.FromDays(10_000));
        Assert.Equal(authority.Root.NotAfter, leaf.NotAfter);
    }

    [Fact]
    public void A_key_on_another_curve_is_not_certified()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => authority.Issue(new SwarmIdentity.Authority(), key, TimeSpan.FromHours(1)));
    }
}
