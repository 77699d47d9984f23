// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {OfferBook} from "../src/OfferBook.sol";
import {Wired} from "../src/Wired.sol";
import {Fixture} from "./support/Fixture.sol";

contract OfferBookTest is Fixture {
    function test_An_offer_starts_at_version_1_and_versions_never_change() public {
        uint64 id = offer(OWNER, OfferBook.Kind.Model, REPORT, 3, 0);
        VM.prank(OWNER);
        assertEq(offers.addVersion(id, NODE, address(token), 4), 2);
        assertEq(offers.offerOf(id).versions, 2);
        assertEq(offers.versionOf(id, 1).contentHash, REPORT);
        assertEq(offers.versionOf(id, 1).unitPrice, 3);
        assertEq(offers.versionOf(id, 2).contentHash, NODE);
        assertEq(offers.versionOf(id, 2).unitPrice, 4);
        assertEq(offers.versionOf(id, 3).token, address(0));
    }

    function test_Only_the_owner_changes_an_offer() public {
        bytes memory refusal = abi.encodeWithSelector(OfferBook.NotOfferOwner.selector, offerId, STRANGER);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        offers.addVersion(offerId, NODE, address(token), 1);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        offers.setCapacity(offerId, 1);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        offers.setAuthority(offerId, NODE);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        offers.disable(offerId);
    }

    function test_A_disabled_offer_gets_no_version_and_no_lease() public {
        uint64 orderId = place(100, 10, 1);
        VM.prank(PROVIDER);
        offers.disable(offerId);
        bytes memory refusal = abi.encodeWithSelector(OfferBook.OfferIsDisabled.selector, offerId);
        VM.expectRevert(refusal);
        VM.prank(PROVIDER);
        offers.addVersion(offerId, NODE, address(token), 1);
        refuseLease(orderId, 0, 1, offerId, refusal);
    }

    function test_Capacity_is_what_there_is_and_comes_back() public {
        VM.prank(PROVIDER);
        offers.setCapacity(offerId, 1);
        uint64 orderId = run(100, 10);
        assertEq(offers.offerOf(offerId).used, 1);
        uint64 second = place(100, 10, 1);
        refuseLease(second, 0, 1, offerId, abi.encodeWithSelector(OfferBook.CapacityExhausted.selector, offerId, 1));
        report(orderId, 1, 1);
        book.settle(orderId);
        assertEq(offers.offerOf(offerId).used, 0);
        assign(second, 0, 1, offerId);
        // The successor of a lease finds the place of its predecessor.
        assign(second, 0, 2, offerId);
        assertEq(offers.offerOf(offerId).used, 1);
    }

    function test_Less_capacity_ends_no_lease() public {
        uint64 orderId = run(request(100, 10, 3));
        VM.prank(PROVIDER);
        offers.setCapacity(offerId, 1);
        assertEq(offers.offerOf(offerId).used, 3);
        report(orderId, 1, 1);
        book.settle(orderId);
        assertEq(offers.offerOf(offerId).used, 0);
    }

    function test_An_offer_that_names_its_authority_takes_leases_of_no_other() public {
        VM.prank(PROVIDER);
        offers.setAuthority(offerId, REPORT);
        uint64 orderId = place(100, 10, 1);
        refuseLease(orderId, 0, 1, offerId, abi.encodeWithSelector(OfferBook.AuthorityRefused.selector, offerId, authorityKeyHash));
        VM.prank(PROVIDER);
        offers.setAuthority(offerId, authorityKeyHash);
        assign(orderId, 0, 1, offerId);
    }

    function test_Compute_is_leased_at_no_more_than_the_slots_price() public {
        uint64 dear = offer(PROVIDER, OfferBook.Kind.Compute, NODE, 4, 10);
        uint64 orderId = place(100, 10, 3);
        // Ten units of price on three slots: 4, 3 and 3.
        assign(orderId, 0, 1, dear);
        refuseLease(orderId, 1, 1, dear, abi.encodeWithSelector(OfferBook.PriceTooHigh.selector, dear, 4, 3));
    }

    function test_A_lease_is_given_under_the_newest_version() public {
        uint64 orderId = place(100, 10, 1);
        VM.prank(PROVIDER);
        offers.addVersion(offerId, NODE, address(token), 11);
        refuseLease(orderId, 0, 1, offerId, abi.encodeWithSelector(OfferBook.PriceTooHigh.selector, offerId, 11, 10));
    }

    function test_Compute_in_another_token_is_refused() public {
        VM.prank(PROVIDER);
        uint64 other = offers.createOffer(OfferBook.Kind.Compute, NODE, address(stakeToken), 0, 10);
        refuseLease(
            place(100, 10, 1), 0, 1, other, abi.encodeWithSelector(OfferBook.OtherToken.selector, address(stakeToken), address(token))
        );
    }

    function test_An_asset_is_not_leased_and_an_unknown_offer_neither() public {
        uint64 model = offer(PROVIDER, OfferBook.Kind.Model, NODE, 0, 10);
        uint64 orderId = place(100, 10, 1);
        refuseLease(orderId, 0, 1, model, abi.encodeWithSelector(OfferBook.WrongKind.selector, model, OfferBook.Kind.Model));
        refuseLease(orderId, 0, 1, 99, abi.encodeWithSelector(OfferBook.UnknownOffer.selector, 99));
    }

    function test_Only_the_order_book_takes_and_gives() public {
        bytes memory refusal = abi.encodeWithSelector(Wired.NotOrderBook.selector, address(this));
        VM.expectRevert(refusal);
        offers.take(offerId, 0, address(token), 1);
        VM.expectRevert(refusal);
        offers.give(offerId);
        VM.expectRevert(Wired.ZeroAddress.selector);
        offers.createOffer(OfferBook.Kind.Compute, NODE, address(0), 1, 1);
    }
}
