using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

public sealed class SliceRuleTests
{
    private const string EntityFramework = """
        namespace Microsoft.EntityFrameworkCore
        {
            public interface IEntityTypeConfiguration<T> { }
            public class DbContext { public System.Collections.Generic.List<T> Set<T>() => new(); }
        }
        """;

    private const string Devices = """
        namespace App.Features.Devices
        {
            internal class DeviceRow
            {
                public int Count;
                internal class Table : Microsoft.EntityFrameworkCore.IEntityTypeConfiguration<DeviceRow> { }
            }
            public class DeviceDirectory
            {
                public int Count(Microsoft.EntityFrameworkCore.DbContext db) => db.Set<DeviceRow>().Count;
            }
        }
        """;

    [Fact]
    public void Slices_keep_to_their_tables()
    {
        ProjectFile service = ReferenceRule.Products(Repository.Here.Projects)
            .Single(p => p.Path.StartsWith("fleet-service/", StringComparison.Ordinal));
        using ModuleDefinition module = CompiledAssemblies.Open(service);
        Offence.AssertNone(SliceRule.Check(module));
    }

    [Theory]
    [InlineData("object f(Microsoft.EntityFrameworkCore.DbContext db) => db.Set<App.Features.Devices.DeviceRow>();")]
    [InlineData("int f(object row) => ((App.Features.Devices.DeviceRow)row).Count;")]
    [InlineData("internal void f(System.Collections.Generic.List<App.Features.Devices.DeviceRow> rows) { }")]
    [InlineData("App.Features.Devices.DeviceRow[] f = new App.Features.Devices.DeviceRow[1];")]
    public void A_foreign_table_is_named(string member)
    {
        foreach (string place in (string[])["App.Features.Telemetry", "App.Web"])
        {
            Offence.AssertNames(
                Check($"namespace {place} {{ class Fixture {{ {member} }} }}"),
                $"{place}.Fixture.f", "App.Features.Devices.DeviceRow", "slice Devices");
        }
    }

    [Fact]
    public void Another_slice_s_public_type_may_be_called() =>
        Offence.AssertNone(Check(
            "namespace App.Web { class Fixture { int f(App.Features.Devices.DeviceDirectory d) => d.Count(new()); } }"));

    private static Offence[] Check(string source)
    {
        using ModuleDefinition module = Snippet.Compile(Devices + source, ("EntityFramework", EntityFramework));
        return [.. SliceRule.Check(module)];
    }
}
