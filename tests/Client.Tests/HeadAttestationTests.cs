using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Tests;

/// <summary>A client that wants to see the head's evidence. It is of the development type: what is tested is what the client does with its verdict.</summary>
public sealed class HeadAttestationTests : IDisposable
{
    private const ulong Chain = 31337;
    private static readonly OrderId Order = new(7);
    private static readonly Address Book = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly SwarmIdentity.Guest Head = new(Order, 0, new LeaseEpoch(1), Address.Parse("0x00000000000000000000000000000000000000aa"));
    private static readonly AttestationPolicy Policy = AttestationPolicy.Strict with { Types = [Manifest.Development] };

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task A_head_with_accepted_evidence_answers()
    {
        await using var peers = Peers();
        Assert.Equal("t0", await Ask(peers, Evidence, Answer));
    }

    [Fact]
    public async Task A_head_without_evidence_gets_no_prompt()
    {
        await using var peers = Peers();
        var error = await Assert.ThrowsAsync<SwarmException>(() => Ask(peers, null, _ => throw new InvalidOperationException("it was asked")));
        Assert.Equal(SwarmFailure.Refused, error.Failure);
        Assert.Contains("no evidence", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_with_the_evidence_of_another_order_book_gets_no_prompt()
    {
        await using var peers = Peers();
        var error = await Assert.ThrowsAsync<SwarmException>(() => Ask(peers, key => EvidenceFor(key, Head.Provider), Answer));
        Assert.Contains("order book", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_ends_when_the_head_is_accepted_no_more()
    {
        await using var peers = Peers();
        var error = await Assert.ThrowsAsync<SwarmException>(() => Ask(peers, Evidence, async context =>
        {
            await context.Response.WriteAsync(Token, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await peers.Update(Policy with { Types = ["tdx"] }, CancellationToken.None);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));
        Assert.Contains("TEE type", error.Message, StringComparison.Ordinal);
    }

    private const string Token = """data: {"choices":[{"text":"t0","finish_reason":null}],"swarm":{"token":100,"index":0}}""" + "\n\n";

    private static Task Answer(HttpContext context) =>
        context.Response.WriteAsync(Token + """data: {"choices":[{"text":"","finish_reason":"length"}]}""" + "\n\ndata: [DONE]\n\n", Cancel);

    private static AttestedPeers Peers() => new(new EvidenceVerifier(TrustRoots.Vendors, Chain), new NoCollateral(), Policy, TimeProvider.System);

    private async Task<string> Ask(AttestedPeers peers, Func<ECDsa, Attestation.Evidence>? evidence, RequestDelegate answer)
    {
        await using var head = await FakeSwarm.Start(_authority, Head, answer, evidence);
        await using var silo = await FakeSwarm.Start(_authority, new SwarmIdentity.Silo(new NodeId("node-1")), c => c.Response.WriteAsync(Running(head.Endpoint), Cancel));
        using var client = new SwarmClient(new SwarmClientOptions
        {
            Silos = [silo.Endpoint],
            Root = _authority.Root,
            RecoveryTimeout = TimeSpan.FromSeconds(5),
            Attestation = new HeadAttestation(peers, Chain, Book),
        });
        var text = "";
        await foreach (var happening in client.Complete(Order, new CompletionRequest { Prompt = "Once", TokensMax = 1 }, Cancel))
            if (happening is CompletionEvent.Token token) text += token.Text;
        return text;
    }

    private static Attestation.Evidence Evidence(ECDsa key) => EvidenceFor(key, Book);

    private static Attestation.Evidence EvidenceFor(ECDsa key, Address book)
    {
        var claims = new EvidenceClaims
        {
            KeyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo()),
            Purpose = AttestationPurpose.Lease,
            Nonce = new byte[ReportData.NonceSize],
            Context = new LeaseContext(Chain, book, Head.Lease, Head.Epoch, new OfferId(1), Head.Provider, Hash32.Sha256([1])).ToBytes(),
        };
        var (bytes, reportData) = claims.Bind();
        return new Attestation.Evidence(Manifest.Development, DevelopmentEvidence.Create(reportData, Hash32.Sha256([2])), bytes);
    }

    private static string Running(Uri head) =>
        $$"""{"order":"7","status":"Running","chainStatus":"Running","why":null,"generation":1,"head":{"endpoint":"{{head}}","epoch":1,"ready":true},"leases":[],"lost":[],"transactions":[],"reportHash":null,"usage":0}""";
}
