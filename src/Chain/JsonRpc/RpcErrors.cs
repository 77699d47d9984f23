using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>
/// Classes of what endpoints say, by their words and not by their codes: the same condition has another code with every provider. The
/// texts are those of geth, bsc, anvil and the public providers as ponder's getLogsRetryHelper gathered them.
/// </summary>
internal static partial class RpcErrors
{
    /// <summary>Longer texts are cut before they are looked at.</summary>
    public const int TextMax = 1000;

    private const int MatchMs = 100;
    private const int MethodNotFound = -32601;
    private const int LimitExceeded = -32005;

    /// <summary>Texts that say how many blocks would do. A group <c>max</c> is a number of blocks, <c>from</c> and <c>to</c> are the ends of a range.</summary>
    private static readonly ImmutableArray<Regex> Ranges =
    [
        BlockRangeShouldWork(), TryWithThisRange(), MaximumBlockRange(), LimitedTo(), RequestedBlocks(), MaxIs(), AtMostBlocks(), MaximumIsSetTo(), MaxRange(),
        AllowedForYourPlan(), MaxBlockRange(), ExceedsLimitOf(),
    ];

    /// <summary>The first one whose text occurs decides; in lower case.</summary>
    private static readonly ImmutableArray<(string Text, ChainErrorKind Kind)> Texts =
    [
        ("already known", ChainErrorKind.AlreadyKnown),
        ("already imported", ChainErrorKind.AlreadyKnown),
        ("nonce too low", ChainErrorKind.NonceTooLow),
        ("underpriced", ChainErrorKind.Underpriced),
        ("max fee per gas less than block base fee", ChainErrorKind.Underpriced),
        ("insufficient funds", ChainErrorKind.InsufficientFunds),
        ("exceeds block gas limit", ChainErrorKind.GasTooHigh),
        ("transaction gas limit too high", ChainErrorKind.GasTooHigh),
        ("in-flight transaction limit", ChainErrorKind.PoolFull),
        ("txpool is full", ChainErrorKind.PoolFull),
        ("unknown block", ChainErrorKind.UnknownBlock),
        ("header not found", ChainErrorKind.UnknownBlock),
        ("block not found", ChainErrorKind.UnknownBlock),
        ("blockoutofrange", ChainErrorKind.UnknownBlock),
        ("pruned", ChainErrorKind.Pruned),
        ("missing trie node", ChainErrorKind.Pruned),
        ("historical state", ChainErrorKind.Pruned),
        ("block range is too wide", ChainErrorKind.RangeTooLarge),
        ("block range limit exceeded", ChainErrorKind.RangeTooLarge),
        ("range is too large", ChainErrorKind.RangeTooLarge),
        ("query returned more than", ChainErrorKind.RangeTooLarge),
        ("log response size exceeded", ChainErrorKind.RangeTooLarge),
        ("response too large", ChainErrorKind.RangeTooLarge),
        ("response is too large", ChainErrorKind.RangeTooLarge),
        ("batch too large", ChainErrorKind.RangeTooLarge),
        ("limit exceeded", ChainErrorKind.RateLimited),
        ("rate limit", ChainErrorKind.RateLimited),
        ("too many requests", ChainErrorKind.RateLimited),
        ("request count exceeded", ChainErrorKind.RateLimited),
        ("exceeded the quota", ChainErrorKind.RateLimited),
        ("capacity exceeded", ChainErrorKind.RateLimited),
        ("method not found", ChainErrorKind.Unsupported),
        ("does not exist/is not available", ChainErrorKind.Unsupported),
        ("method is not supported", ChainErrorKind.Unsupported),
    ];

    /// <summary>The class of an error, and the number of blocks that its text suggests.</summary>
    /// <param name="method">The method that was refused.</param>
    /// <param name="code">The error's code; decides only where the text says nothing.</param>
    /// <param name="text">What the endpoint said.</param>
    public static (ChainErrorKind Kind, int? SuggestedRange) Classify(string method, int code, string text)
    {
        var words = (text.Length > TextMax ? text[..TextMax] : text).ToLowerInvariant();
        var logs = method == "eth_getLogs";
        if (logs && Range(words) is { } blocks) return (ChainErrorKind.RangeTooLarge, blocks);
        if (words.Contains("timed out", StringComparison.Ordinal) || words.Contains("timeout", StringComparison.Ordinal))
            return (logs ? ChainErrorKind.RangeTooLarge : ChainErrorKind.Timeout, null);
        foreach (var (part, kind) in Texts)
        {
            if (words.Contains(part, StringComparison.Ordinal)) return (kind, null);
        }
        return (code switch
        {
            MethodNotFound => ChainErrorKind.Unsupported,
            LimitExceeded => ChainErrorKind.RateLimited,
            _ => ChainErrorKind.Rejected,
        }, null);
    }

    private static int? Range(string words)
    {
        foreach (var pattern in Ranges)
        {
            if (!TryMatch(pattern, words, out var match)) continue;
            var blocks = match.Groups["max"].Success ? Number(match.Groups["max"].Value) : Span(match.Groups["from"].Value, match.Groups["to"].Value);
            if (blocks is >= 1) return blocks;
        }
        return null;
    }

    private static bool TryMatch(Regex pattern, string words, out Match match)
    {
        try
        {
            match = pattern.Match(words);
            return match.Success;
        }
        catch (RegexMatchTimeoutException)
        {
            match = Match.Empty;
            return false;
        }
    }

    /// <summary>A number with separators, and perhaps a k for thousands; capped at what a range may be.</summary>
    private static int? Number(string text)
    {
        var thousands = text.EndsWith('k');
        var digits = text.Replace(",", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).TrimEnd('k');
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > int.MaxValue) return null;
        return (int)Math.Min(thousands ? number * 1000 : number, ChainOptions.LogRangeLimit);
    }

    private static int? Span(string from, string to) =>
        ulong.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var first)
        && ulong.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var last) && last >= first
            ? (int)(Math.Min(last - first, ChainOptions.LogRangeLimit - 1) + 1)
            : null;

    [GeneratedRegex(@"block range should work: \[0x(?<from>[0-9a-f]{1,16}),\s*0x(?<to>[0-9a-f]{1,16})\]", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex BlockRangeShouldWork();

    [GeneratedRegex(@"try with this block range \[0x(?<from>[0-9a-f]{1,16}),\s*0x(?<to>[0-9a-f]{1,16})\]", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex TryWithThisRange();

    [GeneratedRegex(@"maximum block range: (?<max>[\d,.]{1,12}k?)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex MaximumBlockRange();

    [GeneratedRegex(@"limited to (?:a )?(?<max>\d[\d,.]{0,12}k?)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex LimitedTo();

    [GeneratedRegex(@"maximum allowed number of requested blocks is (?<max>[\d,]{1,12})", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex RequestedBlocks();

    [GeneratedRegex(@"range is too large, max is (?<max>[\d,]{1,12}k?)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex MaxIs();

    [GeneratedRegex(@"limit the query to at most (?<max>[\d,.]{1,12}k?) blocks", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex AtMostBlocks();

    [GeneratedRegex(@"requested too many blocks from \d{1,20} to \d{1,20}, maximum is set to (?<max>[\d,]{1,12})", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex MaximumIsSetTo();

    [GeneratedRegex(@"max range: (?<max>[\d,]{1,12})", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex MaxRange();

    [GeneratedRegex(@"exceeds the range allowed for your plan \(\d{1,20} > (?<max>\d{1,12})\)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex AllowedForYourPlan();

    [GeneratedRegex(@"query exceeds max block range (?<max>[\d,.]{1,12}k?)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex MaxBlockRange();

    [GeneratedRegex(@"range \d{1,20} exceeds limit of (?<max>[\d,]{1,12})", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex ExceedsLimitOf();
}
