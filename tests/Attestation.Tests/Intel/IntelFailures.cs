using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Everything that can be wrong, each once.</summary>
internal static class IntelFailures
{
    private static readonly IntelPolicy Any = IntelPolicy.Default with { Advisories = null };

    public static SortedDictionary<string, IntelFailure> All { get; } = new(StringComparer.Ordinal)
    {
        ["a version that is not known"] = new("intel.quote.unsupported", c => c.Header[0] = 6),
        ["an SGX quote of version 4"] = new("intel.quote.unsupported", c => c.Header[4] = 0),
        ["another kind of attestation key"] = new("intel.quote.unsupported", c => c.Header[2] = 3),
        ["a quote in CBOR"] = new("intel.quote.cbor", c => c.AfterSigning = q => q[0] = 0xd2),
        ["a length beyond the end"] = new("intel.quote.malformed", c => c.AfterSigning = q => q[634] = 1),
        ["a body of another size"] = new("intel.quote.malformed", c => c.AfterSigning = q => q[50] ^= 1) { Version = 5 },
        ["another vendor"] = new("intel.quote.vendor", c => c.Header[12] = 0),
        ["certification data without certificates"] = new("intel.pck.missing", c => c.CertificationType = 7, FailureClass.Transient),
        ["certification data that are none"] = new("intel.pck.malformed", c => c.CertificationData = _ => "hello"u8.ToArray()),
        ["a chain without its root"] = new("intel.pck.length", c => c.CertificationData = x => Encoding.ASCII.GetBytes(x.Leaf.Pem + x.Authority.Pem)),
        ["a leaf of another name"] = new("intel.pck.name", c => c.LeafName = "Intel SGX TCB Signing"),
        ["an authority of another name"] = new("intel.pck.name", c => c.ListIssuer = c.Authority = IntelCase.Root.Issue("Intel SGX Other CA", IntelCase.AuthorityOptions)),
        ["an authority that is none"] = new("intel.pck.authority", c => c.Authority = IntelCase.Root.Issue(PckChain.PlatformAuthority)),
        ["a leaf that has expired"] = new("intel.pck.expired", c => c.LeafOptions = new() { Until = IntelCase.At.AddDays(-1) }, FailureClass.Transient),
        ["a leaf that does not say its platform"] = new("intel.pck.extension", c => c.Pck.Broken = true),
        ["a revoked leaf"] = new("intel.pck.revoked", c => c.RevokedByAuthority.Add(c.Leaf)),
        ["a revoked authority"] = new("intel.authority.revoked", c => c.RevokedByRoot.Add(c.Authority)),
        ["a revoked signer"] = new("intel.authority.revoked", c => c.RevokedByRoot.Add(c.Signer)),
        ["a report of another key"] = new("intel.qe.signature", c => c.AfterSigning = q => q[764 + 6 + 384] ^= 1),
        ["an attestation key that is not bound"] = new("intel.qe.binding", c => c.BindKey = false),
        ["bytes behind the binding"] = new("intel.qe.binding", c => c.QeReport[383] = 1) { },
        ["other data than bound"] = new("intel.qe.binding", c => c.AfterSigning = q => q[764 + 6 + 384 + 64 + 2] ^= 1),
        ["a debug quoting enclave"] = new("intel.qe.debug", c => c.QeReport[48] |= 2),
        ["a changed body"] = new("intel.quote.signature", c => c.AfterSigning = q => q[48 + 136] ^= 1),
        ["a changed user data"] = new("intel.quote.signature", c => c.AfterSigning = q => q[30] ^= 1),

        ["no revocation list of the root"] = Missing("root_ca_crl", "intel.root-crl.missing"),
        ["no revocation list of the authority"] = Missing("pck_crl", "intel.pck-crl.missing"),
        ["no chain of the list"] = Missing("pck_crl_issuer_chain", "intel.pck-crl-chain.missing"),
        ["no TCB info"] = Missing("tcb_info", "intel.tcb-info.missing"),
        ["no identity"] = Missing("qe_identity", "intel.qe-identity.missing"),
        ["no signature of TCB info"] = Missing("tcb_info_signature", "intel.tcb-info.missing"),
        ["a list that is none"] = new("intel.pck-crl.malformed", c => c.Collateral = j => j["pck_crl"] = "3000"),
        ["a list of another authority"] = new("intel.pck-crl.name", c => c.ListIssuer = IntelCase.Root.Issue(PckChain.ProcessorAuthority, IntelCase.AuthorityOptions)),
        ["a forged list"] = new("intel.pck-crl.signature", c => c.ListIssuer = TestAuthority.Root("x").Issue(PckChain.PlatformAuthority, IntelCase.AuthorityOptions)),
        ["a list that has expired"] = new("intel.pck-crl.expired", c => c.ListUntil = IntelCase.At.AddSeconds(-1), FailureClass.Transient),
        ["a list of tomorrow"] = new("intel.pck-crl.not-yet-valid", c => c.ListFrom = IntelCase.At.AddDays(1), FailureClass.Transient),
        ["a signer under another root"] = new("intel.tcb-info-chain.signature", c => c.Signer = TestAuthority.Root("Intel SGX Root CA").Issue("Intel SGX TCB Signing")),
        ["a signer in another part"] = new("intel.tcb-info-chain.name", c => c.Signer = IntelCase.Root.Issue(PckChain.LeafName)),
        ["a signer that has expired"] = new("intel.tcb-info-chain.expired",
            c => c.Signer = IntelCase.Root.Issue("Intel SGX TCB Signing", new() { Until = IntelCase.At.AddDays(-1) }), FailureClass.Transient),

        ["changed TCB info"] = new("intel.tcb-info.signature", c => c.Collateral = j => j["tcb_info"] = j["tcb_info"]!.GetValue<string>() + " "),
        ["a changed identity"] = new("intel.qe-identity.signature", c => c.Collateral = j => j["qe_identity"] = j["qe_identity"]!.GetValue<string>() + " "),
        ["TCB info of another form"] = new("intel.tcb-info.malformed", c => c.TcbInfo["tcbLevels"] = new JsonArray()),
        ["a status that is not known"] = new("intel.tcb-info.malformed", c => c.TcbInfo["tcbLevels"]![0]!["tcbStatus"] = "Fine"),
        ["an identity of another form"] = new("intel.qe-identity.malformed", c => c.QeIdentity["miscselect"] = "00"),
        ["a status that identities do not have"] = new("intel.qe-identity.malformed", c => c.QeIdentity["tcbLevels"]![0]!["tcbStatus"] = "SWHardeningNeeded"),
        ["TCB info that has expired"] = new("intel.tcb-info.expired", c => c.TcbInfo["nextUpdate"] = "2026-05-31T23:59:59Z", FailureClass.Transient),
        ["TCB info of tomorrow"] = new("intel.tcb-info.not-yet-valid", c => c.TcbInfo["issueDate"] = "2026-06-02T00:00:00Z", FailureClass.Transient),
        ["an identity that has expired"] = new("intel.qe-identity.expired", c => c.QeIdentity["nextUpdate"] = "2026-05-31T23:59:59Z", FailureClass.Transient),
        ["TCB info of another version"] = new("intel.tcb-info.kind", c => c.TcbInfo["version"] = 4),
        ["TCB info of SGX"] = new("intel.tcb-info.kind", c => c.TcbInfo["id"] = "SGX"),
        ["an identity of SGX"] = new("intel.qe-identity.kind", c => c.QeIdentity["id"] = "QE"),
        ["another FMSPC"] = new("intel.tcb-info.fmspc", c => c.Pck.Fmspc = [1, 2, 3, 4, 5, 6]),
        ["another PCEID"] = new("intel.tcb-info.pceid", c => c.Pck.PceId = [0, 1]),
        ["a quoting enclave of another signer"] = new("intel.qe.signer", c => c.QeReport[128] = 0),
        ["another quoting enclave"] = new("intel.qe.product", c => c.QeReport[256] = 9),
        ["other selections"] = new("intel.qe.misc-select", c => c.QeReport[16] = 1),
        ["other attributes"] = new("intel.qe.attributes", c => c.QeReport[48] |= 0x20),

        ["a module that is not known"] = new("intel.module.unknown", c => c.Body[1] = 5),
        ["a module of another signer"] = new("intel.module.signer", c => c.Body[64] = 1),
        ["a module with attributes"] = new("intel.module.attributes", c => c.Body[112] = 1),
        ["a platform below every level"] = new("intel.tcb.unsupported", c => c.Pck.PceSvn = 4),
        ["a module below every level"] = new("intel.tcb.unsupported", c => c.Body[0] = 1),
        ["a quoting enclave below every level"] = new("intel.tcb.unsupported", c => c.QeReport[258] = 2),
        ["a current module below every level"] = new("intel.tcb.unsupported", c => c.Body[584] = 1) { Version = 5 },
        ["a revoked platform"] = new("intel.tcb.revoked", c => c.Pck.PceSvn = 12),
        ["a revoked module"] = new("intel.tcb.revoked", c => c.Body[0] = 3),
        ["a revoked quoting enclave"] = new("intel.tcb.revoked", c => c.QeReport[258] = 3),

        ["an old platform"] = Policy("intel.tcb.status", c => c.Pck.Components[1] = 1),
        ["an old module"] = Policy("intel.tcb.status", c => c.Body[0] = 5),
        ["a platform to configure"] = Policy("intel.tcb.status", c => c.Pck.Components[1] = 2),
        ["an advisory that is not accepted"] = Policy("intel.tcb.advisory", c => c.Pck.Components[1] = 2),
        ["old collateral"] = Policy("intel.tcb.evaluation-number", _ => { }, Any with { EvaluationNumberMin = 19 }),
        ["a debug domain"] = Policy("intel.td.debug", c => c.Body[120] |= 1),
        ["a reserved attribute"] = Policy("intel.td.attributes", c => c.Body[120] |= 2),
        ["a migratable domain"] = Policy("intel.td.attributes", c => c.Body[123] |= 0x20),
        ["a domain with performance counters"] = Policy("intel.td.attributes", c => c.Body[127] |= 0x80),
        ["a domain without SEPT_VE_DISABLE"] = Policy("intel.td.attributes", c => c.Body[123] = 0),
        ["an extended feature that is not allowed"] = Policy("intel.td.xfam", c => c.Body[135] = 1),
        ["an extended feature that is missing"] = Policy("intel.td.xfam", c => c.Body[128] = 0),
        ["a service TD"] = Policy("intel.td.service-td", c => c.Body[600] = 1, version: 5),
        ["a host's configuration"] = Policy("intel.td.host-configuration", c => c.Body[184] = 1),
        ["a host's owner"] = Policy("intel.td.host-configuration", c => c.Body[232] = 1),
        ["other report data"] = Policy("intel.report-data", _ => { }, Any with { ReportData = new byte[64] }),
        ["report data of another length"] = Policy("intel.report-data", _ => { }, Any with { ReportData = new byte[32] }),
        ["another measurement"] = Policy("intel.expected.mrtd", _ => { }, Any with { Expected = Any.Expected.Add("mrtd", ["00"]) }),
        ["a measurement that it does not have"] = Policy("intel.expected.mrenclave", _ => { }, Any with { Expected = Any.Expected.Add("mrenclave", [""]) }),
        ["a debug enclave"] = Policy("intel.sgx.debug", c => c.Body[48] |= 2, version: 3),
    };

    private static IntelFailure Missing(string part, string code) => new(code, c => c.Collateral = j => j.Remove(part), FailureClass.Transient);

    private static IntelFailure Policy(string code, Action<IntelCase> spoil, IntelPolicy? policy = null, int version = 4) =>
        new(code, spoil, FailureClass.Policy) { Policy = policy ?? IntelPolicy.Default, Version = version };
}
