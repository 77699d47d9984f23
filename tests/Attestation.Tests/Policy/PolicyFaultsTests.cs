using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class PolicyFaultsTests
{
    [Theory]
    [InlineData("""{"tdx":{"statusses":[]}}""", "'tdx.statusses' is unknown; remove it, or give one of statuses, advisories")]
    [InlineData("""{"sgx":{}}""", "'sgx' is unknown; remove it, or give one of version, types")]
    [InlineData("""{"tdx":7}""", "'tdx' is 7; give an object with some of statuses")]
    [InlineData("""{"tdx":{"statuses":["Fine"]}}""", "'tdx.statuses[0]' is \"Fine\"; give one of UpToDate")]
    [InlineData("""{"tdx":{"statuses":["Revoked"]}}""", "'tdx.statuses[0]' is \"Revoked\"; give one of UpToDate")]
    [InlineData("""{"tdx":{"advisories":null}}""", "'tdx.advisories' is null; give a list")]
    [InlineData("""{"tdx":{"outOfDateGraceDays":4000}}""", "'tdx.outOfDateGraceDays' is 4000; give a whole number from 0 to 3650")]
    [InlineData("""{"tdx":{"reportData":"0102"}}""", "'tdx.reportData' is \"0102\"; give 64 bytes in hexadecimal (128 digits)")]
    [InlineData("""{"tdx":{"expected":{"mrtd":["00ff"]}}}""", "'tdx.expected.mrtd[0]' is \"00ff\"; give 48 bytes in hexadecimal (96 digits)")]
    [InlineData("""{"tdx":{"tdAttributes":{"allowed":["SEPT"]}}}""", "'tdx.tdAttributes.allowed[0]' is \"SEPT\"; give one of DEBUG, LASS")]
    [InlineData("""{"tdx":{"tdAttributes":{"allowed":["BIT_64"]}}}""", "'tdx.tdAttributes.allowed[0]' is \"BIT_64\"")]
    [InlineData("""{"tdx":{"tdAttributes":{"required":["KL"]}}}""", "'tdx.tdAttributes.required' has what 'tdx.tdAttributes.allowed' has not; add it there too")]
    [InlineData("""{"tdx":{"xfam":{"allowed":"e7"}}}""", "'tdx.xfam.allowed' is \"e7\"; give 64 bits in hexadecimal, such as \"0x6dbe7\"")]
    [InlineData("""{"snp":{"measurements":"ab"}}""", "'snp.measurements' is \"ab\"; give a list")]
    [InlineData("""{"snp":{"maximumVmpl":-1}}""", "'snp.maximumVmpl' is -1; give a whole number from 0 to 3")]
    [InlineData("""{"snp":{"allowDebug":"yes"}}""", "'snp.allowDebug' is \"yes\"; give true or false")]
    [InlineData("""{"snp":{"minimumAbi":1}}""", "'snp.minimumAbi' is 1; give a version such as \"1.55\"")]
    [InlineData("""{"snp":{"minimumTcb":{"Genoa":{"fmc":1}}}}""", "'snp.minimumTcb.Genoa.fmc' is unknown; remove it, or give one of bootloader")]
    [InlineData("""{"snp":{"minimumTcb":{"Rome":{}}}}""", "'snp.minimumTcb.Rome' is unknown; as its name give one of Milan, Genoa, Turin")]
    [InlineData("""{"measurements":{"amd":[]}}""", "'measurements.amd' is unknown; as its name give one of tdx, sgx")]
    [InlineData("""{"tdx":{"expected":{"MRTD":[]}}}""", "'tdx.expected.MRTD' is unknown; as its name give a claim's")]
    [InlineData("""{"snp":{"minimumTcb":{"Milan":{"tee":256}}}}""", "'snp.minimumTcb.Milan.tee' is 256; give a whole number from 0 to 255")]
    [InlineData("""{"snp":{"guestPolicy":{"required":["SMT"],"forbidden":["SMT"]}}}""", "'snp.guestPolicy.required' and 'snp.guestPolicy.forbidden' name the same")]
    [InlineData("""{"nvidia":{"gpusMin":25}}""", "'nvidia.gpusMin' is 25; give a whole number from 0 to 24")]
    [InlineData("""{"nvidia":{"driverMinimum":"new"}}""", "'nvidia.driverMinimum' is \"new\"; give a driver's version")]
    [InlineData("""{"nvidia":{"state":{}}}""", "'nvidia.state' is unknown")]
    [InlineData("""{"cca":{"extensibleMeasurements":["any"]}}""", "'cca.extensibleMeasurements' is a list; give exactly 4 measurements")]
    [InlineData("""{"cca":{"components":[{"type":"RMM"}]}}""", "'cca.components[0]' is an object; give a component with its 'value'")]
    [InlineData("""{"types":[]}""", "'types' names none")]
    [InlineData("""{"types":["amd"]}""", "'types[0]' is \"amd\"; give one of development, tdx")]
    [InlineData("""{"version":2}""", "'version' is 2; give a whole number from 1 to 1")]
    [InlineData("""{"measurements":{"tdx":[{}]}}""", "'measurements.tdx[0]' is an object; give at least one claim")]
    [InlineData("""{"types":["tdx"],"types":["cca"]}""", "types")]
    [InlineData("[]", "give one JSON object")]
    [InlineData("", "give one JSON object")]
    [InlineData("""{"tdx":{"outOfDateGraceDays":1.5}}""", "1.5")]
    public void What_makes_no_sense_is_refused_in_one_line_that_names_it_and_the_cure(string text, string said)
    {
        var wrong = Assert.Throws<FormatException>(() => AttestationPolicy.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
        Assert.Equal(wrong.Message, AttestationPolicy.Faults(Encoding.UTF8.GetBytes(text))[0]);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var faults = AttestationPolicy.Faults("""{"types":7,"tdx":{"a":1,"statuses":[1]},"snp":{"chips":[""]},"b":2}"""u8.ToArray());
        Assert.Equal(["'types' ", "'tdx.a' ", "'tdx.sta", "'snp.chi", "'b' is u"], faults.Select(f => f[..8]));
        Assert.Empty(AttestationPolicy.Faults("{}"u8.ToArray()));
    }

    [Fact]
    public void What_a_line_quotes_is_cut_and_holds_no_control_character()
    {
        var name = "\\u001b[2J\\n" + new string('x', 5000);
        var fault = Assert.Single(AttestationPolicy.Faults(Encoding.UTF8.GetBytes($$"""{"{{name}}":1}""")));
        Assert.DoesNotContain(fault, char.IsControl);
        Assert.InRange(fault.Length, 1, 300);
    }

    [Fact]
    public void Size_depth_and_length_are_bounded()
    {
        var spaces = Encoding.UTF8.GetBytes("{" + new string(' ', AttestationPolicy.BytesMax) + "}");
        Assert.Contains($"at most {AttestationPolicy.BytesMax}", AttestationPolicy.Faults(spaces)[0], StringComparison.Ordinal);
        var deep = Encoding.UTF8.GetBytes("{\"tdx\":" + new string('[', 60_000) + new string(']', 60_000) + "}");
        Assert.Single(AttestationPolicy.Faults(deep));
        var many = Encoding.UTF8.GetBytes("{\"types\":[" + string.Join(',', Enumerable.Repeat("\"tdx\"", PolicyForms.ItemsMax + 1)) + "]}");
        Assert.Contains($"at most {PolicyForms.ItemsMax} items", AttestationPolicy.Faults(many)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_bytes_are_refused_and_never_thrown_over()
    {
        var random = new Random(11);
        var good = AttestationPolicy.Strict.ToCanonicalBytes();
        for (var i = 0; i < 5000; i++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : good[random.Next(good.Length)];
            Assert.All(AttestationPolicy.Faults(bytes), fault => Assert.DoesNotContain('\n', fault));
        }
    }
}
