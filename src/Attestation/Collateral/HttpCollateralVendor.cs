using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>Asks the vendors' services over HTTP: Intel PCS v4 or a PCCS, AMD KDS, NVIDIA's manifests and OCSP (RFC 6960, appendix A).</summary>
public sealed class HttpCollateralVendor : ICollateralVendor
{
    private const int ChainHeaderMax = 16 * 1024, HeadersKilobytes = 64;
    private const string OcspRequestType = "application/ocsp-request";

    private readonly HttpClient _http;
    private readonly CollateralOptions _options;
    private readonly TimeProvider _time;

    /// <summary>A vendor that is asked through a client.</summary>
    /// <param name="http">The client, such as <see cref="CreateHttp"/> makes; an answer of another address than was asked is not taken.</param>
    /// <param name="options">The addresses and the time for one request.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names all that are.</exception>
    public HttpCollateralVendor(HttpClient http, CollateralOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join("; ", faults), nameof(options));
        (_http, _options, _time) = (http, options, time);
    }

    /// <summary>A client that follows no redirects, keeps no cookies, and reads bounded headers.</summary>
    public static HttpClient CreateHttp() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = HeadersKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        },
        disposeHandler: true)
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc />
    public async Task<CollateralAnswer> Fetch(CollateralRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = CollateralAddress.Of(request.Key, _options);
        var nonce = RandomNumberGenerator.GetBytes(OcspRequest.NonceSize);
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            using var message = Message(address, request, nonce);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (Refusal(response, address) is { } refusal) return refusal;
            if (await Body(response, CollateralAddress.BytesMax(request.Key.Kind), both.Token) is not { } body)
                return new CollateralAnswer.Down($"{address.Host} answers with more than {CollateralAddress.BytesMax(request.Key.Kind)} bytes");
            return Answer(request.Key.Kind, address, response, body, nonce);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new CollateralAnswer.Down($"{address.Host} did not answer within {_options.RequestTimeout.TotalSeconds:0.#} s", IsWhole: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new CollateralAnswer.Down($"{address.Host} cannot be reached ({OneLine(e.Message)})", IsWhole: e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError });
        }
    }

    private static HttpRequestMessage Message(Uri address, CollateralRequest request, byte[] nonce)
    {
        if (request.Key.Kind != CollateralKind.NvidiaOcsp) return new(HttpMethod.Get, address);
        var content = new ByteArrayContent(OcspRequest.Encode(request.CertificateId.Span, nonce));
        content.Headers.ContentType = new MediaTypeHeaderValue(OcspRequestType);
        return new(HttpMethod.Post, address) { Content = content };
    }

    private CollateralAnswer? Refusal(HttpResponseMessage response, Uri address)
    {
        if (response.RequestMessage?.RequestUri is { } asked && asked != address) return new CollateralAnswer.Refused($"{address.Host} sends elsewhere, where nobody goes");
        if (response.StatusCode == HttpStatusCode.OK) return null;
        var status = (int)response.StatusCode;
        if (status is 404 or 410) return new CollateralAnswer.Refused($"{address.Host} does not know it");
        if (status is 408 or 429 or >= 500)
        {
            var wait = Wait(response.Headers.RetryAfter);
            return new CollateralAnswer.Down($"{address.Host} answers {status}", wait, IsWhole: status is 429 || wait is not null);
        }
        return new CollateralAnswer.Refused($"{address.Host} answers {status}");
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is not { } asked ? null : asked < TimeSpan.Zero ? TimeSpan.Zero : asked < _options.RetryAfterMax ? asked : _options.RetryAfterMax;
    }

    private static async Task<byte[]?> Body(HttpResponseMessage response, int bytesMax, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > bytesMax) return null;
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var bytes = new MemoryStream();
        var part = new byte[16 * 1024];
        while (await stream.ReadAsync(part, cancel) is > 0 and var length)
        {
            if (bytes.Length + length > bytesMax) return null;
            bytes.Write(part, 0, length);
        }
        return bytes.ToArray();
    }

    private static CollateralAnswer Answer(CollateralKind kind, Uri address, HttpResponseMessage response, byte[] body, byte[] nonce)
    {
        switch (kind)
        {
            case CollateralKind.IntelTcb or CollateralKind.IntelQeIdentity or CollateralKind.IntelPckCrl:
                return Chain(response, CollateralAddress.ChainHeaders(kind)) is { } chain
                    ? new CollateralAnswer.Found(Binary(body), chain)
                    : new CollateralAnswer.Down($"{address.Host} sends no certificates beside it");
            case CollateralKind.IntelRootCrl:
                return new CollateralAnswer.Found(Binary(body), null);
            case CollateralKind.NvidiaRim:
                return Manifest(body) is { } xml ? new CollateralAnswer.Found(xml, null) : new CollateralAnswer.Down($"{address.Host} answers with no manifest");
            case CollateralKind.NvidiaOcsp when OcspResponse.Read(body)?.Nonce is { } repeated && !repeated.Span.SequenceEqual(OcspRequest.NonceValue(nonce)):
                return new CollateralAnswer.Down($"{address.Host} answers another request than it was asked");
            default:
                return new CollateralAnswer.Found(body, null);
        }
    }

    /// <summary>The certificates of a header, PEM in the encoding of URLs; null where there are none, or too long ones.</summary>
    private static byte[]? Chain(HttpResponseMessage response, string[] headers)
    {
        foreach (var name in headers)
        {
            if (!response.Headers.TryGetValues(name, out var values)) continue;
            var text = string.Concat(values);
            return text.Length <= ChainHeaderMax ? Encoding.UTF8.GetBytes(Uri.UnescapeDataString(text)) : null;
        }
        return null;
    }

    /// <summary>A list that came in hexadecimal as the DER that it is; everything else as it came.</summary>
    private static byte[] Binary(byte[] body)
    {
        var text = body.AsSpan().Trim(" \r\n\t"u8);
        var der = new byte[text.Length / 2];
        return text.StartsWith("30"u8) && Convert.FromHexString(text, der, out _, out _) == System.Buffers.OperationStatus.Done ? der : body;
    }

    private static byte[]? Manifest(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            return json.RootElement.GetProperty("rim").GetBytesFromBase64();
        }
        catch (Exception e) when (IntelJson.IsProblem(e))
        {
            return null;
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.');
}
