using ProxyGroups.ProcessTests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// The entry point that xunit would generate, and one mode more: a front door that the tests kill.
return args switch
{
    [FrontDoor.Verb, .. var rest] => await FrontDoor.RunAsync(rest),
    _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    _ => await ConsoleRunner.Run(args),
};
