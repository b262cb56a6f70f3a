namespace EdgeFleet.Architecture.Tests.Sources;

public sealed class SourceTests
{
    private static readonly Repository Here = Repository.Here;

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Offence.AssertNone(SolutionRule.CheckMembership(Here.Read("EdgeFleet.sln"), Here.Projects));

    [Fact]
    public void Package_versions_stand_once()
    {
        IEnumerable<string> builds = Here.Files.Where(f =>
            f.EndsWith(".csproj", StringComparison.Ordinal) || f.EndsWith(".props", StringComparison.Ordinal) ||
            f.EndsWith(".targets", StringComparison.Ordinal));
        Offence.AssertNone(builds.SelectMany(f => SolutionRule.CheckVersions(f, Here.Read(f))));
    }

    [Fact]
    public void No_file_names_a_machine_or_promises_to_be_finished_later() =>
        Offence.AssertNone(Here.Files.Where(TextRule.IsText).SelectMany(f => TextRule.Check(f, Here.Read(f))));

    [Fact]
    public void Files_are_short() =>
        Offence.AssertNone(Here.Files.Where(LengthRule.Applies).SelectMany(f => LengthRule.Check(f, Here.Read(f))));

    [Fact]
    public void Tests_do_not_sleep()
    {
        IEnumerable<string> tests = Here.Files.Where(f =>
            f.StartsWith("tests/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));
        Offence.AssertNone(tests.SelectMany(f => WaitingRule.Check(f, Here.Read(f))));
    }

    [Fact]
    public void The_files_are_found()
    {
        Assert.Contains("shared/Limits.cs", Here.Files);
        Assert.Contains("EdgeFleet.sln", Here.Files);
        Assert.DoesNotContain(Here.Files, f => f.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_outside_the_solution_is_named()
    {
        ProjectFile[] projects =
        [
            ProjectFile.Parse("a/In.csproj", "<Project />"), ProjectFile.Parse("a/Out.csproj", "<Project />"),
            ProjectFile.Parse(
                "a/Nano.csproj",
                "<Project><PropertyGroup><TargetFramework>netnano1.0</TargetFramework></PropertyGroup></Project>"),
        ];
        const string Solution = "Project(\"{0}\") = \"In\", \"a\\In.csproj\", \"{1}\"\nProject(\"{0}\") = \"Gone\", \"a\\Gone.csproj\", \"{2}\"";
        Offence[] offences = [.. SolutionRule.CheckMembership(Solution, projects)];
        Offence.AssertNames(offences, "a/Out.csproj", "is not in EdgeFleet.sln");
        Offence.AssertNames(offences, "EdgeFleet.sln", "a/Gone.csproj");
        Assert.Equal(2, offences.Length);
    }

    [Theory]
    [InlineData("<PackageReference Include=\"Handy\" Version=\"1.0.0\" />")]
    [InlineData("<PackageReference Include=\"Handy\" VersionOverride=\"1.0.0\" />")]
    [InlineData("<PackageReference Include=\"Handy\"><Version>1.0.0</Version></PackageReference>")]
    public void A_second_package_version_is_named(string item) =>
        Offence.AssertNames(
            SolutionRule.CheckVersions("a/A.csproj", $"<Project><ItemGroup>{item}</ItemGroup></Project>"), "a/A.csproj", "Handy");

    [Theory]
    [InlineData("var path = \"/", "home/someone/project\";", "path of one machine")]
    [InlineData("see /", "work/notes", "path of one machine")]
    [InlineData("File.Open(\"C:\\", "Users\\someone\")", "path of one machine")]
    [InlineData("// TO", "DO: the rest", "finished later")]
    [InlineData("FIX", "ME", "finished later")]
    [InlineData("throw new NotImplemented", "Exception();", "finished later")]
    public void A_forbidden_word_is_named(string half, string otherHalf, string fault) =>
        Offence.AssertNames(TextRule.Check("a.cs", "first line\n" + half + otherHalf), "a.cs:2", fault);

    [Theory]
    [InlineData("https://example.org/home/page")]
    [InlineData("up to 10 rooms/work/day")]
    [InlineData("every method is done")]
    [InlineData("I:\\a\\app.pe")]
    public void An_innocent_line_passes(string line) => Offence.AssertNone(TextRule.Check("a.cs", line));

    [Theory]
    [InlineData("fleet-service/A.cs", LengthRule.MaxLines)]
    [InlineData("tests/X.Tests/A.cs", LengthRule.MaxTestLines)]
    public void A_file_that_is_too_long_is_named(string path, int most)
    {
        Assert.True(LengthRule.Applies(path));
        Offence.AssertNone(LengthRule.Check(path, new string('\n', most)));
        Offence.AssertNames(LengthRule.Check(path, new string('\n', most + 1)), path, $"{most + 1} lines");
    }

    [Theory]
    [InlineData("Thread.Sleep(5)")]
    [InlineData("System.Threading.Thread.Sleep(5)")]
    [InlineData("await Task.Delay(5)")]
    public void A_test_that_sleeps_is_named(string expression) =>
        Offence.AssertNames(WaitingRule.Check("tests/A.cs", $"class A {{ async void F() {{\n{expression}; }} }}"), "tests/A.cs:2", "waits with");

    [Fact]
    public void Words_in_a_literal_do_not_sleep() =>
        Offence.AssertNone(WaitingRule.Check("tests/A.cs", "class A { string s = \"Thread.Sleep(5)\"; }"));
}
