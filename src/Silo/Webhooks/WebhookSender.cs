using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Silo.Webhooks;

/// <summary>
/// Calls customers' webhooks: a POST over a connection of its own, signed with this silo's account. Goes to public addresses only (on development
/// chains to this machine too), follows no redirect, takes no proxy, reads no answer but its status.
/// </summary>
/// <param name="chain">The chain.</param>
/// <param name="account">The silo's account.</param>
/// <param name="time">The clock.</param>
/// <param name="resolve">Gives a name's addresses; null for the system's resolver.</param>
internal sealed class WebhookSender(ChainOptions chain, Account account, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IWebhookSender, IDisposable
{
    /// <summary>The longest that one attempt takes.</summary>
    public static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(10);

    private const int AddressesMax = 8;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        MaxResponseHeadersLength = 16,                       // KiB
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.Zero,            // every attempt resolves the name, and judges the address that it connects to
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancel) => Connect(context.DnsEndPoint, chain.ChainId, resolve ?? Dns.GetHostAddressesAsync, cancel),
    }, disposeHandler: true);

    /// <inheritdoc/>
    public async Task<WebhookResult> Send(WebhookCall call, CancellationToken cancel)
    {
        if (WebhookUrl.Refusal(call.Url, chain.ChainId) is { } why) return new WebhookResult.Failed(why);
        using var patience = new CancellationTokenSource(AttemptMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            using var request = Request(call);
            using var response = await _http.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode
                ? new WebhookResult.Delivered()
                : new WebhookResult.Failed(string.Create(CultureInfo.InvariantCulture, $"{request.RequestUri!.Authority} answered {(int)response.StatusCode}"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WebhookResult.Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {AttemptMax.TotalSeconds:F0} s"));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return new WebhookResult.Failed(lost.GetBaseException().Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(WebhookCall call)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var signature = SignedMessage.Sign(WebhookText.Delivery(call.Id, now, call.Body), account);
        var request = new HttpRequestMessage(HttpMethod.Post, call.Url) { Content = new ByteArrayContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("SwarmCompute", null));
        request.Headers.Add(WebhookHeaders.Id, call.Id);
        request.Headers.Add(WebhookHeaders.Timestamp, now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookHeaders.Signer, account.Address.ToString());
        request.Headers.Add(WebhookHeaders.Signature, $"0x{Convert.ToHexStringLower(signature)}");
        return request;
    }

    /// <summary>Resolves the name once, and connects to one of the very addresses that were judged.</summary>
    private static async ValueTask<Stream> Connect(
        DnsEndPoint host, ulong chainId, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal) ? [literal] : await resolve(host.Host, cancel);
        IPAddress[] allowed = [.. addresses.Where(a => IsAllowed(a, chainId)).Take(AddressesMax)];
        if (allowed.Length == 0) throw new HttpRequestException($"{host.Host} has no public address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsAllowed(IPAddress address, ulong chainId) =>
        PublicAddress.Contains(address) || (DevelopmentChains.Contains(chainId) && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}
