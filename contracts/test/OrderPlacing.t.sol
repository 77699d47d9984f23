// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Guarded} from "../src/Guarded.sol";
import {IOrderBook} from "../src/IOrderBook.sol";
import {OfferBook} from "../src/OfferBook.sol";
import {OrderBook} from "../src/OrderBook.sol";
import {TokenRegistry} from "../src/TokenRegistry.sol";
import {Fixture} from "./support/Fixture.sol";
import {SigningContract} from "./support/SigningContract.sol";

contract OrderPlacingTest is Fixture {
    uint256 private constant SIGNER = 0x5161;

    function test_A_placed_order_is_open_and_its_deposit_is_locked() public {
        IOrderBook.Request memory asked = request(100, 10, 3);
        asked.externalId = REPORT;
        asked.disputeWindow = 60;
        asked.unitsPerSecondMax = 7;
        asked.callback = STRANGER;
        uint64 orderId = place(asked);
        IOrderBook.Order memory order = book.getOrder(orderId);
        assertEq(orderId, 1);
        statusIs(orderId, IOrderBook.Status.Open);
        assertEq(order.customer, CUSTOMER);
        assertEq(order.endsAt, asked.endsAt);
        assertEq(order.slots, 3);
        assertEq(order.token, address(token));
        assertEq(order.disputeWindow, 60);
        assertEq(order.unitsPerSecondMax, 7);
        assertEq(order.callback, STRANGER);
        assertEq(order.parentId, 0);
        assertEq(order.policyVersion, 1);
        assertEq(order.manifestHash, MANIFEST);
        assertEq(order.authorityKeyHash, authorityKeyHash);
        assertEq(order.externalId, REPORT);
        assertEq(order.deposit, 100);
        assertEq(order.unitPrice, 10);
        assertEq(order.computePrice, 10);
        assertEq(purseOf(orderId), 100);
        assertEq(book.orderByExternalId(CUSTOMER, REPORT), orderId);
    }

    function test_What_an_order_must_be_is_checked() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.slots = 0;
        refuse(asked, abi.encodeWithSelector(IOrderBook.SlotsOutOfRange.selector, 0, 16));
        asked.slots = 17;
        refuse(asked, abi.encodeWithSelector(IOrderBook.SlotsOutOfRange.selector, 17, 16));
        asked.slots = 16;
        asked.endsAt = START;
        refuse(asked, abi.encodeWithSelector(IOrderBook.EndsInThePast.selector, START, START));
        asked.endsAt = START + 366 days + 1;
        refuse(asked, abi.encodeWithSelector(IOrderBook.EndsTooLate.selector, START + 366 days + 1, START + 366 days));
        asked.endsAt = START + 366 days;
        asked.disputeWindow = 30 days + 1;
        refuse(asked, abi.encodeWithSelector(IOrderBook.DisputeWindowTooLong.selector, 30 days + 1, 30 days));
        asked.disputeWindow = 30 days;
        asked.deposit = 9;
        refuse(asked, abi.encodeWithSelector(IOrderBook.DepositTooSmall.selector, 9, 10));
        (asked.deposit, asked.unitPrice) = (0, 0);
        refuse(asked, abi.encodeWithSelector(IOrderBook.DepositTooSmall.selector, 0, 1));
        asked.deposit = 1;
        place(asked);
    }

    function test_The_token_sets_the_smallest_deposit_and_must_be_accepted() public {
        tokens.propose(address(token), 50);
        refuse(request(49, 10, 1), abi.encodeWithSelector(IOrderBook.DepositTooSmall.selector, 49, 50));
        uint64 orderId = run(50, 10);
        tokens.disable(address(token));
        refuse(request(50, 10, 1), abi.encodeWithSelector(TokenRegistry.TokenNotAccepted.selector, address(token)));
        report(orderId, 1, 1);
        book.settle(orderId);
        assertEq(creditOf(CUSTOMER), 40);
    }

    function test_An_external_id_is_used_once_by_each_customer() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.externalId = REPORT;
        place(asked);
        refuse(asked, abi.encodeWithSelector(IOrderBook.ExternalIdUsed.selector, CUSTOMER, REPORT));
        fund(token, STRANGER, 100);
        VM.prank(STRANGER);
        assertEq(book.placeOrder(asked, noAssets()), 2);
        assertEq(book.orderByExternalId(STRANGER, REPORT), 2);
    }

    function test_Assets_are_pinned_at_their_version_and_price() public {
        uint64 model = offer(OWNER, OfferBook.Kind.Model, NODE, 3, 0);
        VM.prank(OWNER);
        offers.addVersion(model, REPORT, address(token), 9);
        uint64 orderId = 1;
        VM.expectEmit(address(book));
        emit IOrderBook.OrderPlaced(orderId, CUSTOMER, 0, request(100, 10, 1), 7, 0, 1, 1);
        VM.expectEmit(address(book));
        emit IOrderBook.AssetUsed(orderId, model, 1, OWNER, 3, 2);
        VM.prank(CUSTOMER);
        book.placeOrder(request(100, 10, 1), use(model, 1));
        VM.prank(OWNER);
        offers.disable(model);
        IOrderBook.Asset memory asset = book.getAsset(orderId, 0);
        assertEq(asset.owner, OWNER);
        assertEq(asset.unitPrice, 3);
        assertEq(asset.version, 1);
        assertEq(book.getOrder(orderId).computePrice, 7);
    }

    function test_Assets_must_be_usable_and_within_the_price() public {
        uint64 model = offer(OWNER, OfferBook.Kind.Model, NODE, 6, 0);
        refuseUse(use(model, 0), abi.encodeWithSelector(OfferBook.UnknownVersion.selector, model, 0));
        refuseUse(use(model, 2), abi.encodeWithSelector(OfferBook.UnknownVersion.selector, model, 2));
        refuseUse(use(offerId, 1), abi.encodeWithSelector(OfferBook.WrongKind.selector, offerId, OfferBook.Kind.Compute));
        refuseUse(use(99, 1), abi.encodeWithSelector(OfferBook.UnknownOffer.selector, 99));
        IOrderBook.AssetUse[] memory both = new IOrderBook.AssetUse[](2);
        (both[0], both[1]) = (use(model, 1)[0], use(model, 1)[0]);
        refuseUse(both, abi.encodeWithSelector(IOrderBook.AssetsTooDear.selector, 12, 10));
        refuseUse(new IOrderBook.AssetUse[](9), abi.encodeWithSelector(IOrderBook.TooManyAssets.selector, 9, 8));
        VM.prank(OWNER);
        uint64 foreign = offers.createOffer(OfferBook.Kind.Data, NODE, address(stakeToken), 1, 0);
        refuseUse(use(foreign, 1), abi.encodeWithSelector(OfferBook.OtherToken.selector, address(stakeToken), address(token)));
    }

    function test_Anyone_places_what_a_customer_signed_once() public {
        address customer = VM.addr(SIGNER);
        fund(token, customer, 200);
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.externalId = REPORT;
        bytes memory signature = signed(customer, asked, START + 60);
        VM.prank(STRANGER);
        uint64 orderId = book.placeOrderFor(customer, asked, noAssets(), START + 60, signature);
        assertEq(book.getOrder(orderId).customer, customer);
        assertEq(token.balanceOf(customer), 100);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.ExternalIdUsed.selector, customer, REPORT));
        book.placeOrderFor(customer, asked, noAssets(), START + 60, signature);
    }

    function test_What_the_customer_did_not_sign_is_not_placed() public {
        address customer = VM.addr(SIGNER);
        fund(token, customer, 200);
        IOrderBook.Request memory asked = request(100, 10, 1);
        VM.expectRevert(IOrderBook.ExternalIdMissing.selector);
        book.placeOrderFor(customer, asked, noAssets(), START + 60, "");
        asked.externalId = REPORT;
        bytes memory signature = signed(customer, asked, START + 60);
        asked.deposit = 101;
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.placeOrderFor(customer, asked, noAssets(), START + 60, signature);
        asked.deposit = 100;
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.placeOrderFor(customer, asked, noAssets(), START + 61, signature);
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.placeOrderFor(CUSTOMER, asked, noAssets(), START + 60, signature);
        uint64 model = offer(OWNER, OfferBook.Kind.Model, NODE, 6, 0);
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.placeOrderFor(customer, asked, use(model, 1), START + 60, signature);
        VM.warp(START + 61);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.SignatureExpired.selector, START + 60, START + 61));
        book.placeOrderFor(customer, asked, noAssets(), START + 60, signature);
        VM.warp(START + 60);
        book.placeOrderFor(customer, asked, noAssets(), START + 60, signature);
    }

    function test_A_contract_signs_for_itself() public {
        SigningContract wallet = new SigningContract(VM.addr(SIGNER));
        fund(token, address(wallet), 100);
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.externalId = REPORT;
        bytes memory signature = signed(address(wallet), asked, START + 60);
        uint64 orderId = book.placeOrderFor(address(wallet), asked, noAssets(), START + 60, signature);
        assertEq(book.getOrder(orderId).customer, address(wallet));
        asked.externalId = NODE;
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.placeOrderFor(address(wallet), asked, noAssets(), START + 60, signature);
    }

    /// @dev The digest, put together as EIP-712 says and not by the contract's own constants.
    function test_The_digest_is_that_of_EIP_712() public view {
        IOrderBook.Request memory asked = request(100, 10, 1);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("SwarmCompute OrderBook"),
                keccak256("1"),
                block.chainid,
                address(book)
            )
        );
        string memory types =
            "AssetUse(uint64 offerId,uint32 version)Request(bytes32 externalId,bytes32 manifestHash,address token,uint128 deposit,uint128 unitPrice,uint8 slots,bytes32 authorityKeyHash,uint64 endsAt,uint32 disputeWindow,uint32 unitsPerSecondMax,address callback)";
        bytes32 typeHash =
            keccak256(abi.encodePacked("PlaceOrder(address customer,Request request,AssetUse[] assets,uint64 deadline)", types));
        bytes32 requestHash = keccak256(
            abi.encode(
                keccak256(
                    "Request(bytes32 externalId,bytes32 manifestHash,address token,uint128 deposit,uint128 unitPrice,uint8 slots,bytes32 authorityKeyHash,uint64 endsAt,uint32 disputeWindow,uint32 unitsPerSecondMax,address callback)"
                ),
                asked
            )
        );
        bytes32 usesHash =
            keccak256(abi.encode(keccak256(abi.encode(keccak256("AssetUse(uint64 offerId,uint32 version)"), uint64(7), uint32(2)))));
        bytes32 order = keccak256(abi.encode(typeHash, CUSTOMER, requestHash, usesHash, uint64(5)));
        assertEq(book.RULES().placeOrderDigest(CUSTOMER, asked, use(7, 2), 5), keccak256(abi.encodePacked(hex"1901", domain, order)));
    }

    function test_A_deposit_grows_while_the_order_is_open_or_running() public {
        uint64 orderId = place(100, 10, 1);
        fund(token, STRANGER, 100);
        VM.expectEmit(address(book));
        emit IOrderBook.DepositAdded(orderId, STRANGER, 30, 2);
        VM.prank(STRANGER);
        book.addDeposit(orderId, 30);
        assertEq(book.getOrder(orderId).deposit, 130);
        assertEq(purseOf(orderId), 130);
        assertEq(token.balanceOf(STRANGER), 70);
        assign(orderId, 0, 1, offerId);
        VM.prank(STRANGER);
        book.addDeposit(orderId, 30);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.DepositTooSmall.selector, 0, 1));
        book.addDeposit(orderId, 0);
        report(orderId, 1, 16);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, orderId));
        VM.prank(STRANGER);
        book.addDeposit(orderId, 30);
        book.settle(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 160);
        assertEq(creditOf(CUSTOMER), 0);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Completed));
        book.addDeposit(orderId, 30);
    }

    function test_A_closing_order_takes_no_deposit() public {
        uint64 orderId = run(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Closing));
        VM.prank(CUSTOMER);
        book.addDeposit(orderId, 30);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.UnknownOrder.selector, 99));
        book.addDeposit(99, 30);
    }

    function test_A_pause_stops_new_orders_and_leases_and_only_the_owner_ends_it() public {
        uint64 open = place(100, 10, 1);
        VM.prank(GUARDIAN);
        book.pause();
        refuse(request(100, 10, 1), abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        refuseLease(open, 0, 1, offerId, abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        VM.prank(GUARDIAN);
        book.unpause();
        VM.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, STRANGER));
        VM.prank(STRANGER);
        book.pause();
        book.unpause();
        assign(open, 0, 1, offerId);
    }

    function test_A_pause_blocks_no_exit() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 60;
        (uint64 open, uint64 reported, uint64 expiring, uint64 disputed) = (place(asked), run(asked), run(asked), run(asked));
        VM.prank(GUARDIAN);
        book.pause();
        VM.prank(CUSTOMER);
        book.closeOrder(open);
        report(disputed, 1, 5);
        VM.prank(CUSTOMER);
        court.open(disputed, REPORT);
        count(reported, 1, 4);
        VM.prank(CUSTOMER);
        book.closeOrder(reported);
        report(reported, 1, 5);
        VM.warp(START + 4 days);
        book.settle(reported);
        book.expire(expiring);
        court.conclude(disputed);
        book.releaseStake(disputed, PROVIDER);
        VM.prank(CUSTOMER);
        vault.withdraw(address(token));
        VM.prank(payoutOf(PROVIDER));
        vault.withdraw(address(token));
        assertEq(vault.totalLocked(address(token)) + vault.totalCredit(address(token)), 0);
        assertEq(providers.providerOf(PROVIDER).locked, 0);
    }

    function test_An_order_book_needs_all_its_parts() public {
        OrderBook.Parts memory given = parts();
        given.court = address(0);
        VM.expectRevert(IOrderBook.ZeroAddress.selector);
        new OrderBook(given, address(this), GUARDIAN);
    }

    function refuse(IOrderBook.Request memory asked, bytes memory why) private {
        VM.expectRevert(why);
        place(asked);
    }

    function refuseUse(IOrderBook.AssetUse[] memory uses, bytes memory why) private {
        VM.expectRevert(why);
        VM.prank(CUSTOMER);
        book.placeOrder(request(100, 10, 1), uses);
    }

    function signed(address customer, IOrderBook.Request memory asked, uint64 deadline) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(SIGNER, book.RULES().placeOrderDigest(customer, asked, noAssets(), deadline));
        return abi.encodePacked(r, s, v);
    }

    function use(uint64 id, uint32 version) private pure returns (IOrderBook.AssetUse[] memory uses) {
        uses = new IOrderBook.AssetUse[](1);
        uses[0] = IOrderBook.AssetUse({offerId: id, version: version});
    }
}
