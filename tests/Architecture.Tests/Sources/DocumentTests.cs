namespace EdgeFleet.Architecture.Tests.Sources;

public sealed class DocumentTests
{
    private static readonly Repository Here = Repository.Here;

    [Theory]
    [InlineData("dotnet run --project tools/fleetsim")]
    [InlineData("dotnet test")]
    public void The_readme_runs_something_by_line_20(string command) =>
        Offence.AssertNone(DocumentRule.CheckCommand("README.md", Here.Read("README.md"), command, 20));

    [Fact]
    public void Links_lead_somewhere() =>
        Offence.AssertNone(Here.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(f => DocumentRule.CheckLinks(f, Here.Read(f), Exists)));

    [Fact]
    public void The_readme_names_every_part()
    {
        // firmware/nodes stands for the kinds in it.
        IEnumerable<string> folders = ReferenceRule.Products(Here.Projects).Select(p =>
            p.Folder.StartsWith("firmware/nodes/", StringComparison.Ordinal) ? "firmware/nodes" : p.Folder.TrimEnd('/'));
        Offence.AssertNone(DocumentRule.CheckMentions("README.md", Here.Read("README.md"), folders.Select(f => $"]({f})")));
    }

    [Fact]
    public void The_tests_readme_names_every_test_project()
    {
        IEnumerable<string> names = Here.Projects.Where(p => p.Path.StartsWith("tests/", StringComparison.Ordinal)).Select(p => p.AssemblyName);
        Offence.AssertNone(DocumentRule.CheckMentions("tests/README.md", Here.Read("tests/README.md"), names));
    }

    [Fact]
    public void A_dead_link_is_named()
    {
        const string Text = "[a](b.md) [c](../d/) [e](https://example.org) [f](#here)";
        Offence.AssertNames(DocumentRule.CheckLinks("docs/x.md", Text, f => f == "d/"), "docs/x.md", "b.md");
        Offence.AssertNames(DocumentRule.CheckLinks("docs/x.md", Text, f => f == "docs/b.md"), "docs/x.md", "../d/");
        Offence.AssertNone(DocumentRule.CheckLinks("docs/x.md", Text, f => f is "docs/b.md" or "d/"));
    }

    [Fact]
    public void A_command_too_far_down_is_named() =>
        Offence.AssertNames(DocumentRule.CheckCommand("README.md", "a\nb\nrun it", "run it", 2), "README.md", "run it");

    [Fact]
    public void A_part_left_out_is_named() =>
        Offence.AssertNames(DocumentRule.CheckMentions("README.md", "one", ["one", "two"]), "README.md", "two");

    private static bool Exists(string path) =>
        File.Exists(Here.Absolute(path)) || Directory.Exists(Here.Absolute(path));
}
