using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

public sealed class AuthorityProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_authority_certifies_over_TLS_the_key_that_the_client_proved_to_hold()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        using var key = P256.CreateKey();
        var certified = await authority.Client().Certify(await Request(authority, key), key, Cancel);
        Assert.NotEmpty(certified.Certificate);
    }

    [Fact]
    public async Task Evidence_for_another_key_than_the_one_of_the_connection_is_refused()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        using var key = P256.CreateKey();
        using var other = P256.CreateKey();
        var request = await Request(authority, key);
        var fault = await Assert.ThrowsAsync<GuestException>(() => authority.Client().Certify(request, other, Cancel));
        Assert.Contains("another key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_believes_no_other_root()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        var fault = await Assert.ThrowsAsync<GuestException>(() => authority.Client(other.Root).Challenge(key, Cancel));
        Assert.Contains("is not the authority", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Noise_and_a_missing_certificate_end_the_connection_and_nothing_else()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        using (var noise = new TcpClient())
        {
            await noise.ConnectAsync(authority.Endpoint, Cancel);
            await noise.GetStream().WriteAsync(new byte[1000], Cancel);
            Assert.True(await noise.GetStream().ReadAtLeastAsync(new byte[1000], 1000, throwOnEndOfStream: false, Cancel) < 1000);
        }
        using (var anonymous = new TcpClient())
        {
            await anonymous.ConnectAsync(authority.Endpoint, Cancel);
            await using var tls = new SslStream(anonymous.GetStream(), false, (_, certificate, _, _) => certificate is not null);
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "authority" }, Cancel);
                await tls.ReadExactlyAsync(new byte[4], Cancel);
            });
        }
        using var key = P256.CreateKey();
        await authority.Client().Certify(await Request(authority, key), key, Cancel);
    }

    [Fact]
    public async Task Evidence_that_answers_no_question_of_the_authority_is_refused()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        using var key = P256.CreateKey();
        var request = CertifyCase.Request(key, CertifyCase.Manifest(authority.Root.KeyHash), new byte[32]);
        var fault = await Assert.ThrowsAsync<GuestException>(() => authority.Client().Certify(request, key, Cancel));
        Assert.Contains("another question", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authority_ends_with_its_parent()
    {
        await using var authority = await AuthorityProcess.Start(Cancel);
        authority.Process.CloseInput();
        Assert.Equal(0, await authority.Process.Exited(Cancel));
    }

    [Theory]
    [InlineData("--directory and --listen are needed", "--listen", "127.0.0.1:0")]
    [InlineData("There is no usable root in /does/not/exist", "--directory", "/does/not/exist", "--listen", "127.0.0.1:0")]
    [InlineData("--listen is 'somewhere'", "--directory", "/tmp", "--listen", "somewhere")]
    [InlineData("--color is not an option", "--color", "blue")]
    [InlineData("--development-chain is 'x'", "--directory", "/tmp", "--listen", "127.0.0.1:0", "--development-chain", "x")]
    public async Task A_wrong_start_is_one_clear_line_and_exit_code_1(string line, params string[] arguments)
    {
        await using var process = GuestProcess.Start(["authority", .. arguments]);
        Assert.Equal(1, await process.Exited(Cancel));
        Assert.Contains(line, process.Errors, StringComparison.Ordinal);
        Assert.Single(process.Errors.Trim().Split('\n'));
    }

    private static async Task<CertifyRequest> Request(AuthorityProcess authority, ECDsa key) =>
        CertifyCase.Request(key, CertifyCase.Manifest(authority.Root.KeyHash), await authority.Client().Challenge(key, Cancel));
}
