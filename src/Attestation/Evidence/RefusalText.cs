using System.Collections.Frozen;

namespace SwarmCompute.Attestation;

/// <summary>The words in which refusals are explained; nothing here decides anything.</summary>
internal static class RefusalText
{
    /// <summary>Where there was nothing to fail.</summary>
    public const string NothingChecked = "Rejected, because nothing was checked, and what nobody checked proves nothing; give evidence of a type that can be judged.";

    private const int FoundMax = 240;

    /// <summary>By code, of checks that a policy decides: what was wanted, and what a policy that accepts it has (empty: none does). A code that ends in a dot begins others.</summary>
    internal static readonly FrozenDictionary<string, (string Wanted, string Change)> OfPolicy = new Dictionary<string, (string, string)>
    {
        ["evidence.type.not-accepted"] = ("a type that 'types' names", "this type in types"),
        ["evidence.gpus.few"] = ("as many GPUs as the policy demands", "a lower nvidia.gpusMin"),
        ["policy.measurement.revoked"] = ("a measurement that is not revoked", "no such entry in revokedMeasurements"),
        ["policy.type"] = ("a type that 'types' names", "this type in types"),
        ["policy.measurements"] = ("one of the sets of 'measurements'", "these measurements in measurements"),
        ["intel.tcb.status"] = ("a status that the policy names", "this status in tdx.statuses"),
        ["intel.tcb.current-status"] = ("a status now that the policy names", "this status in tdx.statuses"),
        ["intel.tcb.advisory"] = ("no advisory but those that the policy names", "this advisory in tdx.advisories"),
        ["intel.tcb.evaluation-number"] = ("collateral of a later evaluation", "a lower tdx.evaluationNumberMin"),
        ["intel.td.debug"] = ("a trust domain that its host cannot read", "DEBUG in tdx.tdAttributes.allowed"),
        ["intel.td.attributes"] = ("all attributes that are required and none but those that are allowed", "other tdx.tdAttributes"),
        ["intel.td.xfam"] = ("all extended features that are required and none but those that are allowed", "another tdx.xfam"),
        ["intel.td.service-td"] = ("a trust domain without a service TD", "tdx.allowServiceTd"),
        ["intel.td.host-configuration"] = ("zeros, or the values that the policy expects", "the values in tdx.expected, or with tdx.allowHostConfiguration,"),
        ["intel.sgx.debug"] = ("an enclave that nobody can look into", "tdx.allowDebugEnclave"),
        ["intel.platform.not-allowed"] = ("a platform that the policy names", "this platform in tdx.platforms"),
        ["intel.platform.denied"] = ("a platform that the policy does not deny", "no such entry in tdx.deniedPlatforms"),
        ["intel.report-data"] = ("the report data that was asked for", "these bytes as tdx.reportData"),
        ["intel.expected."] = ("a value that the policy expects", "this value in tdx.expected"),
        ["snp.firmware.provisional"] = ("firmware that the platform has committed to", "snp.allowProvisionalFirmware"),
        ["snp.tcb.reported"] = ("firmware of at least the versions of the policy", "a lower snp.minimumTcb"),
        ["snp.tcb.launch"] = ("a launch under firmware of at least the versions of the policy", "a lower snp.minimumTcb"),
        ["snp.policy.debug"] = ("a guest that its host cannot read", "snp.allowDebug"),
        ["snp.policy.migration-agent"] = ("a guest without a migration agent, or with one that the policy names", "the agent in snp.migrationAgents"),
        ["snp.policy.abi"] = ("a guest that demands a later ABI", "a lower snp.minimumAbi"),
        ["snp.policy.required"] = ("a guest policy with all that is required", "less in snp.guestPolicy.required"),
        ["snp.policy.forbidden"] = ("a guest policy with nothing that is forbidden", "less in snp.guestPolicy.forbidden"),
        ["snp.vmpl"] = ("a report that the guest asked for at a privilege level of the policy", "a higher snp.maximumVmpl"),
        ["snp.platform.alias-check"] = ("memory that was checked for aliases", "another snp.aliasCheck"),
        ["snp.platform.required"] = ("a platform with all that is required", "less in snp.platform.required"),
        ["snp.platform.forbidden"] = ("a platform with nothing that is forbidden", "less in snp.platform.forbidden"),
        ["snp.product.line"] = ("a product line that the policy names", "this line in snp.lines"),
        ["snp.mitigations.launch"] = ("the mitigations of the policy at launch", "less in snp.requiredLaunchMitigations"),
        ["snp.mitigations.current"] = ("the mitigations of the policy", "less in snp.requiredCurrentMitigations"),
        ["snp.chip-id.not-allowed"] = ("a chip that the policy names", "this chip in snp.chips"),
        ["snp.chip-id.denied"] = ("a chip that the policy does not deny", "no such entry in snp.deniedChips"),
        ["snp.chip-id.masked"] = ("a report that names its chip", "snp.allowMaskedChipId"),
        ["snp.vlek.csp"] = ("a cloud provider that the policy names", "this provider in snp.csps"),
        ["snp.measurement"] = ("a launch digest that the policy names", "this digest in snp.measurements"),
        ["snp.host-data"] = ("host data that the policy names", "these bytes in snp.hostData"),
        ["snp.report-data"] = ("the report data that was asked for", "these bytes as snp.reportData"),
        ["snp.id-key"] = ("an ID key that the policy names", "this digest in snp.idKeyDigests"),
        ["snp.author-key"] = ("an author key that the policy names", "its digest in snp.authorKeyDigests"),
        ["snp.family-id"] = ("a family that the policy names", "this id in snp.familyIds"),
        ["snp.image-id"] = ("an image that the policy names", "this id in snp.imageIds"),
        ["snp.guest-svn"] = ("a guest of a later security version", "a lower snp.minimumGuestSvn"),
        ["nvidia.architecture.policy"] = ("an architecture that the policy names", "this one in nvidia.architectures"),
        ["nvidia.driver"] = ("a driver that the policy names", "this version in nvidia.drivers"),
        ["nvidia.driver.minimum"] = ("a later driver", "a lower nvidia.driverMinimum"),
        ["nvidia.vbios"] = ("a VBIOS that the policy names", "this version in nvidia.vbioses"),
        ["nvidia.ppcie"] = ("the other mode of protected PCIe", "another nvidia.protectedPcie"),
        ["nvidia.enable-status"] = ("a status that the policy names", "this status in nvidia.systemEnableStatuses"),
        ["nvidia.confidential"] = ("a device in its confidential mode", ""),
        ["nvidia.debug"] = ("a device that developers' tools cannot look into", "nvidia.allowDebug"),
        ["nvidia.state.missing"] = ("the guest's word on the device's state", "nvidia.requireState off"),
        ["nvidia.report.fwid.missing"] = ("a report that names its firmware", "nvidia.requireFirmwareId off"),
        ["nvidia.denied"] = ("a certificate that the policy does not deny", "no such entry in nvidia.deniedSerials"),
        ["cca.lifecycle"] = ("a platform that is secured", "cca.allowUnsecured"),
        ["cca.implementation"] = ("an implementation that the policy names", "this one in cca.implementations"),
        ["cca.configuration"] = ("a configuration that the policy names", "this one in cca.configurations"),
        ["cca.components"] = ("the firmware that the policy names", "other cca.components"),
        ["cca.realm.initial"] = ("an initial measurement that the policy names", "this one in cca.initialMeasurements"),
        ["cca.realm.extensible"] = ("the extensible measurements of the policy", "these in cca.extensibleMeasurements"),
        ["cca.realm.personalization"] = ("the personalization of the policy", "this value as cca.personalization"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // By a part of the code, of everything else: what was wanted. The first that fits counts.
    private static readonly (string Part, string Wanted)[] Others =
    [
        (".signature", "a signature by the key that must have made it"), (".revoked", "nothing that its issuer has taken back"),
        (".untrusted", "a chain up to the root that is trusted"), (".root", "a chain up to the root that is trusted"),
        (".expired", "one that is valid at that time"), (".not-yet-valid", "one that is valid at that time"), (".time", "one that is valid at that time"),
        (".missing", "one that is at hand"), (".unchecked", "one that can be checked"), (".malformed", "the form that its vendor gives it"), (".unsupported", "one that is known here"),
        ("mismatch", "one of this very platform"), (".fmspc", "one of this very platform"), (".pceid", "one of this very platform"),
        (".nonce", "an answer to this very question"), (".challenge", "an answer to this very question"), ("binding", "a key that its signer is bound to"),
        ("evidence.key", "the key whose possession was proven"), ("evidence.purpose", "evidence for this purpose"), ("evidence.context", "this very lease, manifest and provider"),
        ("evidence.report-data", "report data made from these claims"), ("evidence.devices", "each device once, and bound by the CVM"), ("evidence.development", "the one development chain"),
        ("evidence.type", "the type that it says it is"), ("intel.qe.", "what Intel's identity of it says"), ("intel.module.", "what Intel's TCB info says of it"),
        ("nvidia.measurement", "what NVIDIA's manifest for that version says"), ("platform.key", "a key that is trusted"),
    ];

    /// <summary>Where everything held.</summary>
    public static string Accepted(int checks) => $"Accepted, because all {checks} checks held.";

    /// <summary>The sentence for a failed check, with how many failed beside it.</summary>
    public static string Of(Check check, int others)
    {
        var (wanted, change) = Policy(check.Code);
        var more = others == 0 ? "" : others == 1 ? "; and 1 more check failed" : $"; and {others} more checks failed";
        return $"Rejected for its {Clean(check.Name)} ({Clean(check.Detail)}), where {wanted ?? Wanted(check.Code)} was wanted: {Remedy(check, change)}{more}.";
    }

    private static string Remedy(Check check, string? change) => check.Class switch
    {
        FailureClass.Policy => change switch
        {
            null => "another policy would accept that",
            "" => "no setting of a policy changes that, it must be set up so",
            _ => $"a policy with {change} would accept that",
        },
        FailureClass.Transient => check.Code.EndsWith(".missing", StringComparison.Ordinal) || check.Code.EndsWith(".unchecked", StringComparison.Ordinal)
            || check.Code == "cca.platform.key"
            ? "try again once it is at hand"
            : "try again with a fresh copy from its vendor, and look at the clock",
        _ when check.Code == "cca.platform.key" => "nothing can be done, unless its owner's key is added to those that are trusted",
        _ => check.Code.EndsWith(".revoked", StringComparison.Ordinal)
            ? "nothing can be done, it was taken back"
            : "nothing can be done, it is forged, damaged or proves something else",
    };

    private static (string? Wanted, string? Change) Policy(string code)
    {
        if (OfPolicy.TryGetValue(code, out var exact)) return exact;
        foreach (var (begin, text) in OfPolicy)
            if (begin.EndsWith('.') && code.StartsWith(begin, StringComparison.Ordinal)) return text;
        return (null, null);
    }

    private static string Wanted(string code)
    {
        foreach (var (part, wanted) in Others)
            if (code.Contains(part, StringComparison.Ordinal)) return wanted;
        return "what its vendor demands";
    }

    /// <summary>What evidence says is somebody else's text: one line, bounded, without control characters.</summary>
    private static string Clean(string text)
    {
        var shown = string.Concat((text.Length <= FoundMax ? text : text[..FoundMax]).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length <= FoundMax ? shown : shown + "…";
    }
}
