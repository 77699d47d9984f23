using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;
using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.Tests;

public sealed class GuestGreetingTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly ECDsa _key = P256.CreateKey();
    private readonly X509Certificate2 _certificate;

    public GuestGreetingTests() =>
        _certificate = _authority.Issue(new SwarmIdentity.Guest(new OrderId(7), 0, new LeaseEpoch(1), default), _key, TimeSpan.FromHours(1));

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void A_guest_that_says_what_it_proved_is_believed() => Assert.Null(Judge(Hello()));

    [Fact]
    public void Another_certificate_than_the_one_of_the_link_is_not() =>
        Assert.Equal("it names another certificate than the one it holds", Judge(Hello() with { CertificateDer = _authority.Root.RawData }));

    [Fact]
    public void Another_authority_is_not() => Assert.Equal("it names another authority than this swarm's", Judge(Hello() with { AuthorityDer = _certificate.RawData }));

    [Fact]
    public void Another_key_than_the_certificates_is_not() =>
        Assert.Equal("it names another key than its certificate's", Judge(Hello() with { KeyX = new byte[Hash32.Size] }));

    [Fact]
    public void Better_evidence_than_what_was_launched_can_give_is_not() =>
        Assert.Equal("its evidence is tdx, and development was launched", Judge(Hello() with { EvidenceType = "tdx" }));

    private string? Judge(GuestMessage.Hello hello) => GuestGreeting.Refusal(hello, _certificate.RawData, _authority.Root, Manifest.Development);

    private GuestMessage.Hello Hello()
    {
        var (x, y) = P256.Point(_key);
        return new GuestMessage.Hello
        {
            KeyX = x,
            KeyY = y,
            LeaseSignature = new byte[64],
            CertificateDer = _certificate.RawData,
            AuthorityDer = _authority.Root.RawData,
            OverlayEndpoint = "127.0.0.1:9",
            EvidenceType = Manifest.Development,
            Measurement = new byte[Hash32.Size],
        };
    }
}
