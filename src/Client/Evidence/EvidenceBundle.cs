using System.Collections.Immutable;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>A bundle of collateral that is given to a verification: <c>swarm evidence collateral bundle</c> writes it.</summary>
internal static class EvidenceBundle
{
    /// <summary>The bundle among the collateral; null where there is none.</summary>
    /// <exception cref="CommandException">It has another form; the message names the place.</exception>
    public static CollateralBundle? Find(EvidenceCase given)
    {
        if (!given.Collateral.Any(c => CollateralBundle.IsBundle(c.Span))) return null;
        if (given.Collateral is not [var only]) throw new CommandException("a bundle of collateral is the whole collateral; give no other file beside it");
        return CollateralBundle.Read(only, out var fault) ?? throw new CommandException($"the bundle of collateral cannot be read: {fault}");
    }

    /// <summary>The case with what the bundle has for it, where its collateral is a bundle; nobody is asked.</summary>
    /// <exception cref="CommandException">The bundle has another form.</exception>
    public static async Task<EvidenceCase> Open(EvidenceCase given, CancellationToken cancel)
    {
        if (Find(given) is not { } bundle) return given;
        var service = CollateralService.Offline(bundle, Roots(given.Root), new FixedTime(given.At), out var problems);
        foreach (var problem in problems)
            if (IsOf(given.Kind, problem.Subject)) await Console.Error.WriteLineAsync($"swarm: not used, for it is not the vendor's: {problem}".AsMemory(), cancel);
        var chains = given.Endorsements.SelectMany(e => e.ToArray().Append((byte)'\n')).ToArray();
        var collected = given.Kind == EvidenceKind.Nvidia
            ? await service.Collect("", default, [new DeviceEvidence(given.Evidence, chains)], null, cancel)
            : await service.Collect(TypeOf(given.Kind), given.Evidence, [], chains.Length == 0 ? null : chains, cancel);
        return given with { Published = collected.Collateral };
    }

    /// <summary>Whether an item is of the vendor of a kind of evidence.</summary>
    public static bool IsOf(string kind, string key) => key.StartsWith(kind switch
    {
        EvidenceKind.Snp => "amd/",
        EvidenceKind.Nvidia => "nvidia/",
        _ => "intel/",
    }, StringComparison.Ordinal);

    /// <summary>The type of a CVM's evidence, as manifests name it.</summary>
    public static string TypeOf(string kind) => kind == EvidenceKind.Snp ? SnpVerifier.Type : kind;

    /// <summary>One root for every vendor, where one is given.</summary>
    public static TrustRoots Roots(Hash32? root) => root is { } one
        ? new(one, new(Enum.GetValues<SnpProductLine>().ToImmutableDictionary(line => line, _ => one)), EvidenceRoot.OfDevices(one))
        : TrustRoots.Vendors;

    private sealed class FixedTime(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
