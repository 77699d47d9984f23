using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>One judgement of a quote in the making: what was checked so far, and what steps tell later ones.</summary>
internal sealed class IntelAppraisal(IntelQuote quote, IntelCollateral? collateral, DateTimeOffset at, Hash32 root, IntelPolicy policy)
{
    private readonly ImmutableArray<Check>.Builder _checks = ImmutableArray.CreateBuilder<Check>(32);

    public IntelQuote Quote => quote;

    public IntelCollateral? Collateral => collateral;

    public DateTimeOffset At => at;

    public Hash32 Root => root;

    public IntelPolicy Policy => policy;

    public ImmutableSortedDictionary<string, string>.Builder Claims { get; } = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    public List<string> Statuses { get; } = [];

    public SortedSet<string> Advisories { get; } = new(StringComparer.Ordinal);

    public PckChain? Pck { get; set; }

    /// <summary>TCB info, once Intel's signature over it held.</summary>
    public IntelTcbInfo? TcbInfo { get; set; }

    /// <summary>The quoting enclave's identity, once Intel's signature over it held.</summary>
    public IntelQeIdentity? QeIdentity { get; set; }

    public IntelTcbStatus? Status { get; set; }

    /// <summary>The platform's status now; null where the quote tells only of the launch.</summary>
    public IntelTcbStatus? Current { get; set; }

    /// <summary>Whether the platform is old now although it was not when the trust domain was launched, which no status of Intel's says.</summary>
    public bool IsOldSinceLaunch => Status is { } status && !IntelTcb.IsOld(status) && Current is { } current && IntelTcb.IsOld(current);

    public DateTimeOffset? TcbDate { get; private set; }

    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>Whether an old platform is accepted because its time of grace has not passed.</summary>
    public bool IsInGrace => policy.OutOfDateGrace > TimeSpan.Zero
        && (IsOldSinceLaunch || (Status is { } status && IntelTcb.IsOld(status))) && TcbDate is { } date && at - date <= policy.OutOfDateGrace;

    public bool Judge(string name, bool holds, string code, string held, string failed, FailureClass @class = FailureClass.Permanent)
    {
        _checks.Add(holds ? Check.Holds(name, held) : Check.Fails(name, code, failed, @class));
        return holds;
    }

    /// <summary>Adds what a look at a chain or a list found; where only its time is wrong, another copy may do.</summary>
    public bool Judge(string name, string codePrefix, PkiVerdict verdict, string held) => Judge(
        name, verdict.Holds, $"{codePrefix}.{verdict.Reason}", held, verdict.Detail, verdict.IsOfTime ? FailureClass.Transient : FailureClass.Permanent);

    public void Fail(string name, string code, string detail, FailureClass @class = FailureClass.Permanent) =>
        _checks.Add(Check.Fails(name, code, detail, @class));

    /// <summary>What would judge it is missing or was refused itself, with its own class: with another one it may hold.</summary>
    public void Unchecked(string name, string codePrefix, string missing) =>
        Fail(name, codePrefix + ".unchecked", $"there is no {missing} to check it with", FailureClass.Transient);

    public void Until(DateTimeOffset end) => ExpiresAt = ExpiresAt is { } earlier && earlier < end ? earlier : end;

    /// <summary>Counts a level in: its date if it is the earliest, and its advisories.</summary>
    public void Count(string part, IntelTcbLevel level)
    {
        Statuses.Add($"{part} {level.Status}");
        if (TcbDate is null || level.Date < TcbDate) TcbDate = level.Date;
        Advisories.UnionWith(level.Advisories);
    }

    public AttestationResult Result() => new(_checks.ToImmutable())
    {
        Type = quote.IsTdx ? TdxVerifier.Type : TdxVerifier.SgxType,
        Status = Status?.ToString(),
        Statuses = [.. Statuses],
        Advisories = [.. Advisories],
        Claims = Claims.ToImmutable(),
        TcbDate = TcbDate,
        ExpiresAt = ExpiresAt,
    };
}
