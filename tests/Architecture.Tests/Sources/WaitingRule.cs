using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeFleet.Architecture.Tests.Sources;

/// <summary>Tests wait for signals or for virtual time, never for a span of real time.</summary>
public static class WaitingRule
{
    private static readonly string[] Banned = ["Thread.Sleep", "Task.Delay", "SpinWait.SpinUntil"];

    public static IEnumerable<Offence> Check(string path, string text)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(text, path: path);
        foreach (MemberAccessExpressionSyntax access in tree.GetRoot().DescendantNodes().OfType<MemberAccessExpressionSyntax>())
        {
            string name = access.WithoutTrivia().ToString();
            if (Banned.Any(b => name == b || name.EndsWith("." + b, StringComparison.Ordinal)))
                yield return new Offence($"{path}:{access.GetLocation().GetLineSpan().StartLinePosition.Line + 1}", $"waits with {name}");
        }
    }
}
