using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Client.Orders;

/// <summary>What a silo tells a customer's webhook: an order reached a phase. For the receiver; docs/webhooks.md has the whole.</summary>
/// <param name="Id">The same with every repeat; what was seen before may be dropped.</param>
/// <param name="Order">The order.</param>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Phase">Running, Completed, Cancelled, Expired or Failed.</param>
/// <param name="ManifestHash">The manifest's hash.</param>
/// <param name="ReportHash">The integrity report's hash; null where there is none yet.</param>
/// <param name="Deposited">What the order locked.</param>
/// <param name="Paid">What its providers got.</param>
/// <param name="Refunded">What went back to its customer.</param>
/// <param name="At">When the swarm saw the phase first.</param>
public sealed record WebhookMessage(
    string Id, OrderId Order, ulong ChainId, Address OrderBook, string Phase, Hash32 ManifestHash, Hash32? ReportHash, Wei Deposited, Wei Paid, Wei Refunded, DateTimeOffset At)
{
    /// <summary>The most bytes that a body has.</summary>
    public const int BytesMax = 4096;

    /// <summary>The age up to which an attempt is believed where the caller says nothing else: 5 min, to either side.</summary>
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    private const int IdCharsMax = 64;
    private const int TimestampDigitsMax = 12;

    /// <summary>Checks the form, the age and the signature of a delivery, and reads it.</summary>
    /// <param name="header">Gives a header's value by its name (<see cref="WebhookHeaders"/>); null where it is absent.</param>
    /// <param name="body">The body as it came, to the byte.</param>
    /// <param name="now">The time to judge its age at.</param>
    /// <param name="tolerance">The most that its timestamp may differ from <paramref name="now"/>; null for <see cref="DefaultTolerance"/>.</param>
    public static WebhookCheck Verify(Func<string, string?> header, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan? tolerance = null)
    {
        if (header(WebhookHeaders.Id) is not { Length: > 0 and <= IdCharsMax } id || !id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return Wrong(WebhookHeaders.Id);
        if (ReadTimestamp(header(WebhookHeaders.Timestamp)) is not { } seconds) return Wrong(WebhookHeaders.Timestamp);
        if (ReadAddress(header(WebhookHeaders.Signer)) is not { } claimed) return Wrong(WebhookHeaders.Signer);
        if (ReadSignature(header(WebhookHeaders.Signature)) is not { } signature) return Wrong(WebhookHeaders.Signature);
        if (body.Length > BytesMax) return new WebhookCheck.Refused($"The body has more than {BytesMax} bytes.");
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if ((now - sentAt).Duration() > (tolerance ?? DefaultTolerance)) return new WebhookCheck.Refused(string.Create(CultureInfo.InvariantCulture, $"It was sent at {sentAt:u}, which is too far from {now.UtcDateTime:u}."));
        if (SignedMessage.Signer(WebhookText.Delivery(id, seconds, body), signature) is not { } signer) return new WebhookCheck.Refused("The signature is none.");
        if (claimed != signer) return new WebhookCheck.Refused($"The signature is not one of {claimed} over this message.");
        return Read(body, id) is { } message ? new WebhookCheck.Accepted(signer, sentAt, message) : new WebhookCheck.Refused("The body is not an announcement of that id.");
    }

    private static WebhookCheck.Refused Wrong(string header) => new($"The header {header} is missing or malformed.");

    private static long? ReadTimestamp(string? text) =>
        text is { Length: > 0 and <= TimestampDigitsMax } && text.All(char.IsAsciiDigit)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? seconds : null;

    private static Address? ReadAddress(string? text)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        return ReadHex(text, bytes) ? new Address(bytes) : null;
    }

    private static byte[]? ReadSignature(string? text)
    {
        var bytes = new byte[SignedMessage.SignatureSize];
        return ReadHex(text, bytes) ? bytes : null;
    }

    private static bool ReadHex(string? text, Span<byte> bytes) =>
        text is not null && text.Length == 2 + (2 * bytes.Length) && text.StartsWith("0x", StringComparison.Ordinal)
        && Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == OperationStatus.Done;

    private static WebhookMessage? Read(ReadOnlySpan<byte> body, string id)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 4 });
            using var json = JsonDocument.ParseValue(ref reader);
            var fields = json.RootElement;
            var message = new WebhookMessage(
                Text(fields, "id"), OrderId.Parse(Text(fields, "order")), fields.GetProperty("chainId").GetUInt64(), Address.Parse(Text(fields, "orderBook")), Text(fields, "phase"),
                Hash32.Parse(Text(fields, "manifestHash")), fields.GetProperty("reportHash").GetString() is { } hash ? Hash32.Parse(hash) : null,
                Wei.Parse(Text(fields, "deposited")), Wei.Parse(Text(fields, "paid")), Wei.Parse(Text(fields, "refunded")), fields.GetProperty("at").GetDateTimeOffset());
            return message.Id == id ? message : null;
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string Text(JsonElement fields, string name) => fields.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");
}
