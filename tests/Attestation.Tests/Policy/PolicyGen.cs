using System.Collections.Immutable;
using CsCheck;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Policies of any kind that a file can say, with every setting drawn.</summary>
internal static class PolicyGen
{
    private static readonly Gen<TimeSpan> Days = Gen.Int[0, 365].Select(d => TimeSpan.FromDays(d));
    private static readonly Gen<string> Word = Gen.Char['!', '~'].Array[1, 20].Select(c => new string(c));
    private static readonly Gen<ImmutableHashSet<string>> Platforms = Hexes(16);

    public static Gen<IntelPolicy> Intel { get; } =
        from statuses in Gen.Enum<IntelTcbStatus>().Where(s => s is not (IntelTcbStatus.Revoked or IntelTcbStatus.NotSupported)).Array[0, 4]
        from advisories in OrNull(Word.Array[0, 3].Select(w => w.ToImmutableArray()))
        from grace in Days
        from evaluation in Gen.Int[0, 1_000_000]
        from attributes in Gen.Select(Gen.ULong, Gen.ULong)
        from xfam in Gen.Select(Gen.ULong, Gen.ULong)
        from flags in Gen.Bool.Array[3]
        from platforms in OrAbsent(Platforms)
        from denied in Platforms
        from data in OrNull(Bytes(64))
        from expected in Gen.Dictionary(OneOf("mrtd", "rtmr0", "mrconfigid"), Hex(48).Array[1, 3].Select(h => h.ToImmutableArray()))[0, 3]
        select new IntelPolicy
        {
            Statuses = [.. statuses],
            Advisories = advisories,
            OutOfDateGrace = grace,
            EvaluationNumberMin = evaluation,
            TdAttributesRequired = attributes.Item1 & attributes.Item2,
            TdAttributesAllowed = attributes.Item2,
            XfamRequired = xfam.Item1 & xfam.Item2,
            XfamAllowed = xfam.Item2,
            AllowServiceTd = flags[0],
            AllowHostConfiguration = flags[1],
            AllowDebugEnclave = flags[2],
            Platforms = platforms,
            DeniedPlatforms = denied,
            ReportData = data,
            Expected = expected.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };

    public static Gen<SnpPolicy> Snp { get; } =
        from lines in OrAbsent(Gen.Enum<SnpProductLine>().Array[0, 3].Select(l => l.ToImmutableHashSet()))
        from flags in Gen.Bool.Array[4]
        from numbers in Gen.Select(Gen.UInt[0, 3], Gen.UInt, Gen.UShort)
        from alias in Gen.Enum<SnpAliasCheck>()
        from tcb in Gen.Select(Gen.Byte.Array[5], Gen.Byte.Array[5])
        from bits in Gen.ULong.Array[6]
        from digests in OrAbsent(Hexes(48)).Array[3]
        from small in OrAbsent(Hexes(16)).Array[2]
        from chips in OrAbsent(Hexes(64)).Array[2]
        from data in OrAbsent(Hexes(32)).Array[2]
        from csps in OrAbsent(Word.Array[0, 3].Select(w => w.ToImmutableHashSet()))
        from reportData in OrAbsent(Hex(64))
        select new SnpPolicy
        {
            Lines = lines,
            RequireRevocationList = flags[0],
            AllowDebug = flags[1],
            AllowProvisionalFirmware = flags[2],
            AllowMaskedChipId = flags[3],
            MigrationAgents = data[0],
            MaximumVmpl = numbers.Item1,
            AliasCheck = alias,
            MinimumTcb = Tcbs(tcb.Item1, tcb.Item2),
            MinimumAbi = numbers.Item3,
            RequiredGuestPolicy = (SnpGuestPolicy)(bits[0] & bits[1]),
            ForbiddenGuestPolicy = (SnpGuestPolicy)~bits[1],
            RequiredPlatform = (SnpPlatformInfo)(bits[2] & bits[3]),
            ForbiddenPlatform = (SnpPlatformInfo)~bits[3],
            RequiredLaunchMitigations = bits[4],
            RequiredCurrentMitigations = bits[5],
            Chips = chips[0],
            DeniedChips = chips[1] ?? [],
            Csps = csps,
            Measurements = digests[0],
            HostData = data[1],
            ReportData = reportData,
            IdKeyDigests = digests[1],
            AuthorKeyDigests = digests[2],
            FamilyIds = small[0],
            ImageIds = small[1],
            MinimumGuestSvn = numbers.Item2,
        };

    public static Gen<NvidiaPolicy> Nvidia { get; } =
        from nonce in OrNull(Bytes(32))
        from architectures in OrNull(Gen.Enum<NvidiaArchitecture>().Where(a => a != NvidiaArchitecture.Unknown).Array[0, 3].Select(a => a.ToImmutableArray()))
        from drivers in OrNull(Gen.Int[1, 999].Select(v => $"{v}.90.07").Array[0, 3].Select(d => d.ToImmutableArray()))
        from minimum in OrAbsent(Gen.Select(Gen.Int[0, 999], Gen.Int[0, 99]).Select(v => new Version(v.Item1, v.Item2)))
        from vbioses in OrNull(Gen.Byte.Array[5].Select(b => string.Join('.', b.Select(x => x.ToString("X2")))).Array[0, 3].Select(v => v.ToImmutableArray()))
        from pcie in OrNull(Gen.Bool)
        from statuses in OrNull(Gen.Int[0, 8].SelectMany(Hex).Array[0, 3].Select(s => s.ToImmutableArray()))
        from flags in Gen.Bool.Array[4]
        from serials in Gen.ULong[1, ulong.MaxValue].Select(s => s.ToString("x")).Array[0, 3]
        from hours in Gen.Int[0, 8760]
        select new NvidiaPolicy(nonce)
        {
            Architectures = architectures,
            Drivers = drivers,
            DriverMinimum = minimum,
            Vbioses = vbioses,
            ProtectedPcie = pcie,
            SystemEnableStatuses = statuses,
            RequireState = flags[0],
            AllowDebug = flags[1],
            RequireFirmwareId = flags[2],
            RequireRevocation = flags[3],
            DeniedSerials = [.. serials],
            OcspAgeMax = TimeSpan.FromHours(hours),
        };

    public static Gen<CcaPolicy> Cca { get; } =
        from challenge in OrNull(Gen.Int[1, 64].SelectMany(Bytes))
        from initial in OrNull(Hex(48).Array[0, 3].Select(h => h.ToImmutableArray()))
        from extensible in OrNull(OrAbsent(Hex(32)).Array[4].Select(h => h.ToImmutableArray()))
        from personalization in OrAbsent(Hex(64))
        from components in OrNull(Gen.Select(OrAbsent(Word), Hex(32), OrAbsent(Hex(32)), OrAbsent(Word))
            .Select(c => new CcaComponent(NoAny(c.Item1), c.Item2, c.Item3) { Version = NoAny(c.Item4) }).Array[0, 3].Select(c => c.ToImmutableArray()))
        from configurations in OrNull(Hex(33).Array[0, 2].Select(h => h.ToImmutableArray()))
        from implementations in OrNull(Hex(32).Array[0, 2].Select(h => h.ToImmutableArray()))
        from unsecured in Gen.Bool
        select new CcaPolicy(challenge)
        {
            InitialMeasurements = initial,
            ExtensibleMeasurements = extensible,
            Personalization = personalization,
            Components = components,
            Configurations = configurations,
            Implementations = implementations,
            AllowUnsecured = unsecured,
        };

    public static Gen<AttestationPolicy> Policy { get; } =
        from types in OneOf("development", "tdx", "sgx", "sev-snp", "cca").Array[1, 5]
        from measured in Gen.Dictionary(OneOf("tdx", "nvidia"), Gen.Dictionary(OneOf("mrtd", "rtmr3"), Hex(48))[1, 2]
            .Select(s => s.ToImmutableSortedDictionary(StringComparer.Ordinal)).Array[0, 3].Select(s => s.ToImmutableArray()))[0, 2]
        from revoked in Hexes(48)
        from parts in Gen.Select(Intel, Snp, Cca, Nvidia)
        from gpus in Gen.Int[0, DeviceEvidence.CountMax]
        from grace in Days
        select new AttestationPolicy
        {
            Types = [.. types],
            Measurements = measured.ToImmutableSortedDictionary(StringComparer.Ordinal),
            RevokedMeasurements = revoked,
            Intel = parts.Item1,
            Snp = parts.Item2,
            Cca = parts.Item3,
            Nvidia = parts.Item4,
            GpusMin = gpus,
            CollateralGrace = grace,
        };

    private static Gen<string> Hex(int size) => Gen.Byte.Array[size].Select(Convert.ToHexStringLower);

    private static Gen<ImmutableHashSet<string>> Hexes(int size) => Hex(size).Array[0, 3].Select(h => h.ToImmutableHashSet());

    private static Gen<ReadOnlyMemory<byte>> Bytes(int size) => Gen.Byte.Array[size].Select(b => (ReadOnlyMemory<byte>)b);

    private static Gen<T?> OrNull<T>(Gen<T> gen) where T : struct => Gen.Bool.SelectMany(b => b ? gen.Select(v => (T?)v) : Gen.Const((T?)null));

    private static Gen<T?> OrAbsent<T>(Gen<T> gen) where T : class => Gen.Bool.SelectMany(b => b ? gen.Select(v => (T?)v) : Gen.Const((T?)null));

    private static Gen<string> OneOf(params string[] names) => Gen.Int[0, names.Length - 1].Select(i => names[i]);

    private static string? NoAny(string? text) => text == "any" ? null : text;

    private static ImmutableDictionary<SnpProductLine, SnpTcb> Tcbs(byte[] a, byte[] b) => ImmutableDictionary<SnpProductLine, SnpTcb>.Empty
        .Add(SnpProductLine.Genoa, SnpTcb.Of(a[0], a[1], a[2], a[3])).Add(SnpProductLine.Turin, SnpTcb.OfTurin(b[0], b[1], b[2], b[3], b[4]));
}
