namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpProductTests
{
    [Theory]
    [InlineData(0x19, 0x00, 0x0f, SnpProductLine.Milan)]
    [InlineData(0x19, 0x10, 0x1f, SnpProductLine.Genoa)]
    [InlineData(0x19, 0xa0, 0xaf, SnpProductLine.Genoa)]
    [InlineData(0x1a, 0x00, 0x11, SnpProductLine.Turin)]
    public void A_processor_s_line_is_that_of_its_range_of_models(byte family, byte first, byte last, SnpProductLine line)
    {
        Assert.Equal(line, SnpProduct.OfCpuid(family, first));
        Assert.Equal(line, SnpProduct.OfCpuid(family, last));
    }

    [Theory]
    [InlineData(0x19, 0x20)]
    [InlineData(0x19, 0x9f)]
    [InlineData(0x19, 0xb0)]
    [InlineData(0x1a, 0x12)]
    [InlineData(0x17, 0x01)]
    public void Another_processor_is_of_no_line(byte family, byte model) => Assert.Null(SnpProduct.OfCpuid(family, model));

    [Theory]
    [InlineData("Milan-B0", SnpProductLine.Milan)]
    [InlineData("Milan", SnpProductLine.Milan)]
    [InlineData("Genoa", SnpProductLine.Genoa)]
    [InlineData("Turin", SnpProductLine.Turin)]
    [InlineData("milan", null)]
    [InlineData("MilanX-B0", null)]
    [InlineData("", null)]
    public void A_certificate_s_product_is_of_the_line_before_its_stepping(string name, SnpProductLine? line) => Assert.Equal(line, SnpProduct.OfName(name));
}
